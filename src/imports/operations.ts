import { type Actor, permit } from '../shared/actor.ts';
import { notFound } from '../shared/errors.ts';
import { newVersion } from '../shared/version.ts';
import { type Import, type SignedUrl, waitingImport } from './import.ts';
import type { ImportInput } from './input.ts';
import { importKey } from './key.ts';
import { manageImports } from './policy.ts';
import type { ImportSigner } from './signer.ts';
import type { ImportPage, ImportStore } from './store.ts';

export function importOperations(imports: ImportStore, signer: ImportSigner) {
  async function getImport(actor: Actor, importId: string): Promise<Import> {
    permit(actor, manageImports);
    const record = await imports.get(importId);
    if (!record) throw notFound('import');
    return record;
  }

  return {
    getImport,

    /**
     * Makes an import whose file the client will bring.
     * @param importId chosen by the caller, who may call again with the same one to carry on after a crash.
     */
    async createImport(actor: Actor, input: ImportInput, importId: string): Promise<Import> {
      permit(actor, manageImports);
      await imports.insert(waitingImport({ ...input, importId, key: importKey({ ...input, importId }) }, newVersion()));
      return getImport(actor, importId);
    },

    /** In no promised order. */
    async listImports(actor: Actor, limit: number, after?: string): Promise<ImportPage> {
      permit(actor, manageImports);
      return imports.list(limit, after);
    },

    /** A place for the file of an import that is waiting for it. */
    async signFile(actor: Actor, record: Import): Promise<SignedUrl & { headers: Record<string, string> }> {
      permit(actor, manageImports);
      return signer.put(record);
    },

    async signRejects(actor: Actor, { importId }: Import): Promise<SignedUrl> {
      permit(actor, manageImports);
      return signer.rejects(importId);
    },
  };
}

export type ImportOperations = ReturnType<typeof importOperations>;
