import { DATA_FOLDER, DEFAULT_PORT } from './laptop.ts';

export interface Welcome {
  /** Where the service is, and the port that was asked for. */
  url: string;
  port: number;
  /** Whether data ends with the process. */
  memory: boolean;
  /** Whether tokens come from a provider of the user's own. */
  ownIssuer: boolean;
  objects: string;
  bucket: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  dynamodb: string;
}

/** What a newcomer reads first: where it is, a form that works when pasted, how to get a token, how to look inside. */
export function welcome({ url, port, memory, ownIssuer, objects, bucket, credentials, dynamodb }: Welcome): string {
  const tokenCommand = `${port === DEFAULT_PORT ? '' : `PORT=${port} `}npm run -s token -- --sub ann`;
  const token = ownIssuer ? '$TOKEN' : `$(${tokenCommand})`;
  return `
Photoform is at ${url}, its data ${memory ? 'in memory' : `in ${DATA_FOLDER}/`}. Ctrl-C ends it.

  Post a photo, from this folder in another terminal:

    curl -i ${url}/v1/form -H "Authorization: Bearer ${token}" -F photo=@seed/photos/chelsea.jpg -F title=Chelsea

  ${ownIssuer ? 'Tokens come from AUTH_ISSUER.' : `A token:  ${tokenCommand}     (an admin's: --groups admins; more: --help)`}
  Thumbnails are made within moments, in this process; so are all events of the storage.
  Storage:  ${objects}     (S3; bucket ${bucket}, key ${credentials.accessKeyId}, secret ${credentials.secretAccessKey}, path style)
  Tables:   ${dynamodb}     (DynamoDB; any key)
`;
}
