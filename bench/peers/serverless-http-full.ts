import serverless from 'serverless-http';
import { fullApp } from './express-apps.ts';

export const handler = serverless(fullApp());
