import serverless from 'serverless-http';
import { helloApp } from './hello-app.ts';

export const handler = serverless(helloApp);
