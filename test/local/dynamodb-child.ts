import { startDynamoDb } from '../../src/local/dynamodb.ts';

// The embedded DynamoDB in a process of its own, because what ends it would end the tests, too. Tells its endpoint.
const tables = await startDynamoDb();
process.once('SIGTERM', () => tables.close());
process.stdout.write(`${tables.endpoint}\n`);
