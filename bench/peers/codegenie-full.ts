import { configure } from '@codegenie/serverless-express';
import { fullApp } from './express-apps.ts';

export const handler = configure({ app: fullApp() });
