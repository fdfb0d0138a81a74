import { existsSync } from 'node:fs';

/** The environment, `.env` in this folder included; what is set outside of the file wins. */
export function environment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
