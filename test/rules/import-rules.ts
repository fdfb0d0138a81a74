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
const LIBRARY = /^(?!express|multer|@aws-sdk|@smithy)[a-z@][a-z0-9@/-]*$/;

/** What files of a slice are, by their names. All others are its model: types, rules, schemas, views. */
const ROLES = {
  routes: 'routes|bulk-routes|form',
  operations: 'operations|bulk|downloads|finish|sign|process|events|sweep-[a-z]+|import-target|stopped',
  // what an event sets off, in several steps
  flow: 'import-users|run|load|hold',
  ports: 'store|store-queries|store-lease|bucket|objects|inventory|signer',
  image: 'image|images',
};
const inSlice = (slice: string, names: string) => new RegExp(`^${slice}/(?:[a-z-]+/)*(?:${names})\\.ts$`);
/** `<slice>` in a pattern stands for the importing file's own slice. */
const own = (names: string) => inSlice('<slice>', names);
const ofAnySlice = (names: string) => inSlice('(?:users|photos|imports|access|sweep)', names);
const MODEL = own(`(?!(?:${Object.values(ROLES).join('|')})\\.ts)[a-z0-9-]+`);

export const IMPORT_RULES: ImportRule[] = [
  { files: /^(env-names|shapes)\.ts$/, may: [] },
  { files: /^config\.ts$/, may: [/^zod$/, /^env-names\.ts$/] },
  { files: /^provision(-queues)?\.ts$/, may: [SDK, SHARED, /^shapes\.ts$/] },
  { files: /^(services|jobs|consumers|stores)\.ts$/, may: [/^(?!main|local)/] },
  {
    files: /^app\.ts$/,
    may: [/^(express|cors|helmet)$/, /^http\//, ofAnySlice(ROLES.routes), SHARED],
    mayAsType: [/^services\.ts$/],
  },
  {
    files: /^main\//,
    may: [
      /^(main|local|shared|lambda)\//,
      /^(app|services|jobs|consumers|config|provision|provision-queues|env-names)\.ts$/,
      /^queues\//,
      /^\.\.\/seed\//,
      /^pino-pretty$/,
    ],
  },
  { files: /^local\/object-store\//, may: [/^local\/object-store\//, /^(?!express)[a-z@][^.]*$/] },
  { files: /^local\//, may: [/^local\//, /^(dynalite|jose)$/], mayAsType: [SHARED] },
  { files: /^lambda\//, may: [/^lambda\//, /^http\/problem\.ts$/, SHARED, LIBRARY], mayAsType: [/^aws-lambda$/, /^queues\/deliver\.ts$/] },
  { files: /^shared\/(aws|aws-queues|batches|presign|secret-store)\.ts$/, may: [SHARED, SDK] },
  { files: /^shared\//, may: [SHARED, LIBRARY] },
  { files: /^queues\/(queue|failure-store)\.ts$/, may: [SHARED, SDK], mayAsType: [/^queues\//] },
  { files: /^queues\//, may: [/^queues\/(?!queue|failure-store)/, SHARED, LIBRARY], mayAsType: [/^queues\//] },
  { files: /^http\/.*-store\.ts$/, may: [SHARED, SDK], mayAsType: [/^http\//] },
  { files: /^http\//, may: [/^http\/(?!.*-store\.ts)/, SHARED, /^(express|multer|express-oauth2-jwt-bearer)$/, LIBRARY] },
  {
    files: ofAnySlice(ROLES.routes),
    may: [MODEL, own('form'), /^http\//, SHARED, LIBRARY],
    mayAsType: [own(ROLES.routes), own(ROLES.operations), /^express$/],
  },
  {
    files: ofAnySlice(ROLES.operations),
    may: [MODEL, SHARED, LIBRARY],
    mayAsType: [own(ROLES.operations), own(ROLES.ports), own(ROLES.image)],
  },
  { files: ofAnySlice(ROLES.flow), may: [MODEL, own(ROLES.flow), SHARED, LIBRARY], mayAsType: [own(ROLES.ports)] },
  { files: ofAnySlice(ROLES.ports), may: [MODEL, own(ROLES.ports), SHARED, SDK] },
  { files: ofAnySlice(ROLES.image), may: [MODEL, own(ROLES.image), SHARED, LIBRARY] },
  { files: ofAnySlice('[a-z0-9-]+'), may: [MODEL, SHARED, LIBRARY] },
];
