import { startDynamoDb } from '../../src/local/dynamodb.ts';

// a process of its own for DynamoDB: it tells where it listens, and ends when whoever started it does
const { endpoint } = await startDynamoDb();
process.stdout.write(`${endpoint}\n`);
process.stdin.resume().once('end', () => process.exit());
