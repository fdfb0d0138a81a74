import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { InitializeMiddleware, MetadataBearer, MiddlewareStack, SdkError } from '@smithy/types';
import { deadlineSignal } from './deadline.ts';
import { unavailable } from './errors.ts';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface AwsSettings {
  region: string;
  dynamodbEndpoint?: string | undefined;
  s3Endpoint?: string | undefined;
  /** Where the URLs lead that others will use; absent, to `s3Endpoint`. */
  s3PublicEndpoint?: string | undefined;
  /** Absent: the SDK finds them itself (environment, role). */
  credentials?: Credentials | undefined;
}

export interface AwsClients {
  tables: DynamoDBDocumentClient;
  objects: S3Client;
  /** For URLs that others will use: it must not sign a checksum of the body it doesn't have. */
  presigner: S3Client;
}

/** Ends each call with the request it serves. */
export class DeadlineHandler extends NodeHttpHandler {
  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const signal = deadlineSignal();
    return super.handle(request, signal ? { ...options, abortSignal: signal } : options);
  }
}

/** Whether repeating the very call later can succeed: throttles, time-outs, broken connections, the service's own faults. */
function canPass(error: unknown): boolean {
  const failure = error as SdkError;
  // S3's answer to two conditional writes that meet: one of them may have won
  if (failure.name === 'ConditionalRequestConflict') return true;
  return failure.name === 'AbortError' || isTransientError(failure) || isThrottlingError(failure) || isServerError(failure);
}

/** Callers of the clients see one error for "not now", whichever service said it and in whichever way. */
export function tellTransientErrors(client: DynamoDBClient | S3Client | SQSClient, service: string): void {
  const tell: InitializeMiddleware<object, MetadataBearer> = (next) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      throw canPass(error) ? unavailable(`${service} does not answer right now; try again.`, error) : error;
    }
  };
  // the clients' stacks differ in types only, and TypeScript can't call their union
  const stack = client.middlewareStack as unknown as MiddlewareStack<object, MetadataBearer>;
  stack.add(tell, { step: 'initialize', name: 'tellTransientErrors' });
}

/**
 * Where clients are made; that of queues, which the API has no use for, is made in `aws-queues.ts`. Attempts and time-outs are set on purpose: with the SDK's own, a throttled table costs
 * 4 seconds and a dead host minutes.
 */
export function awsClients({ region, dynamodbEndpoint, s3Endpoint, s3PublicEndpoint = s3Endpoint, credentials }: AwsSettings): AwsClients {
  const common = { region, maxAttempts: 3, ...(credentials && { credentials }) };
  const dynamodb = new DynamoDBClient({
    ...common,
    ...(dynamodbEndpoint && { endpoint: dynamodbEndpoint }),
    requestHandler: new DeadlineHandler({ connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }),
  });
  const s3 = (endpoint: string | undefined) => ({ ...common, ...(endpoint && { endpoint, forcePathStyle: true }) });
  const objects = new S3Client({
    // TLS has checked downloads on their way; to hash each once more costs a fifth of a thumbnail
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...s3(s3Endpoint),
    requestHandler: new DeadlineHandler({ connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true }),
  });
  const presigner = new S3Client({
    ...s3(s3PublicEndpoint),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  tellTransientErrors(dynamodb, 'The database');
  tellTransientErrors(objects, 'The object storage');
  return { tables: DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } }), objects, presigner };
}

/** The SDK's name for what went wrong: `isNamed(error, 'ConditionalCheckFailedException')`. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** A call's answer, or undefined when the object or multipart upload that it is about does not exist. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, 'NoSuchKey', 'NotFound', 'NoSuchUpload')) return undefined;
    throw error;
  }
}

/** A conditional write's answer, or undefined when its condition did not hold. */
export async function ifHeld<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
    throw error;
  }
}
