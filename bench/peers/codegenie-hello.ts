import { configure } from '@codegenie/serverless-express';
import { helloApp } from './hello-app.ts';

export const handler = configure({ app: helloApp });
