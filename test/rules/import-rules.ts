/** Who may import whom. A file falls under the first rule whose `files` match its path in `src/`. */
export interface ImportRule {
  files: RegExp;
  /** Files of `src/` and packages that may be imported. Node's own modules always may. */
  may: RegExp[];
  /** What may be imported as a type alone. */
  mayAsType?: RegExp[];
}

const SDK = /^@(aws-sdk|smithy)\//;
const SHARED = /^shared\//;
const SLICE = '(users|photos|imports|access)';
const OWN = (names: string) => new RegExp(`^<slice>/${names}$`);
const MODEL = OWN('(?!(?:routes|bulk-routes|form|operations|bulk|store|bucket|image)\\.ts$)[a-z0-9-]+\\.ts');
const LIBRARY = /^(?!express|multer|@aws-sdk|@smithy)[a-z@][a-z0-9@/-]*$/;

/** `<slice>` in a pattern stands for the importing file's own slice. */
export const IMPORT_RULES: ImportRule[] = [
  { files: /^env-names\.ts$/, may: [] },
  { files: /^config\.ts$/, may: [/^zod$/, /^env-names\.ts$/] },
  { files: /^provision\.ts$/, may: [SDK, SHARED] },
  { files: /^services\.ts$/, may: [/^(?!main|local)/] },
  { files: /^app\.ts$/, may: [/^(express|cors|helmet)$/, /^http\//, /\/(bulk-)?routes\.ts$/, SHARED], mayAsType: [/^services\.ts$/] },
  {
    files: /^main\//,
    may: [/^(main|local|shared|lambda)\//, /^(app|services|config|provision|env-names)\.ts$/, /^\.\.\/seed\//, /^pino-pretty$/],
  },
  { files: /^local\/object-store\//, may: [/^local\/object-store\//, /^(?!express)[a-z@][^.]*$/] },
  { files: /^local\//, may: [/^local\//, /^(dynalite|jose)$/] },
  { files: /^shared\/(aws|batches)\.ts$/, may: [SHARED, SDK] },
  { files: /^shared\//, may: [SHARED, LIBRARY] },
  { files: /^http\/.*-store\.ts$/, may: [SHARED, SDK], mayAsType: [/^http\//] },
  { files: /^http\//, may: [/^http\/(?!.*-store\.ts)/, SHARED, /^(express|multer|express-oauth2-jwt-bearer)$/, LIBRARY] },
  {
    files: new RegExp(`^${SLICE}/(routes|bulk-routes|form)\\.ts$`),
    may: [MODEL, OWN('form\\.ts'), /^http\//, SHARED, LIBRARY],
    mayAsType: [OWN('(operations|bulk|routes)\\.ts'), /^express$/],
  },
  { files: new RegExp(`^${SLICE}/(operations|bulk)\\.ts$`), may: [MODEL, SHARED, LIBRARY], mayAsType: [OWN('(store|bucket|image|operations)\\.ts')] },
  { files: new RegExp(`^${SLICE}/(store|bucket)\\.ts$`), may: [MODEL, SHARED, SDK] },
  { files: new RegExp(`^${SLICE}/`), may: [MODEL, SHARED, LIBRARY] },
];
