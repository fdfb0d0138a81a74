import { join } from 'node:path';
import { Duration, IgnoreMode } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, DockerImageCode, DockerImageFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeResource } from './acknowledge.ts';
import type { EventBucket } from './buckets.ts';
import type { Environment, GrantedName } from './environment.ts';
import type { Stage } from './settings.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCKERFILE = 'docker/Dockerfile';

/** Where a function runs when it is in the VPC. */
export interface Place {
  vpc: IVpc;
  securityGroups: ISecurityGroup[];
}

interface ServiceFunctionProps {
  stage: Stage;
  /** The module in the image and what it exports. */
  handler: string;
  memoryMiB: number;
  timeoutSeconds: number;
  reservedConcurrency?: number | undefined;
  environment: Environment;
  place?: Place | undefined;
}

/**
 * A function of the one image, with a role of its own that may do nothing to begin with but write its log.
 * Each `use…` lets it do something to a thing and tells it the thing's name, both at once.
 */
export class ServiceFunction extends Construct {
  readonly fn: DockerImageFunction;
  readonly logs: LogGroup;
  private readonly role: Role;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { stage, handler, place } = props;
    const isArm = stage.architecture === 'arm64';
    this.logs = new LogGroup(this, 'Logs', { retention: stage.logDays });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logs.grantWrite(this.role);
    if (place) this.mayJoinTheNetwork();
    this.fn = new DockerImageFunction(this, 'Function', {
      code: DockerImageCode.fromImageAsset(ROOT, {
        file: DOCKERFILE,
        target: 'lambda',
        platform: isArm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
        ignoreMode: IgnoreMode.DOCKER,
        // .dockerignore names what builds take; CDK would keep a Dockerfile besides only at the root
        exclude: [`!${DOCKERFILE}`],
        cmd: [handler],
      }),
      architecture: isArm ? Architecture.ARM_64 : Architecture.X86_64,
      description: `Photoform ${stage.name}: ${handler}`,
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: Object.fromEntries(Object.entries(props.environment).filter(([, value]) => value !== '')),
      role: this.role,
      logGroup: this.logs,
      ...place,
    });
  }

  /** @param actions of DynamoDB, without the service's name. */
  useTable(name: GrantedName, table: Table, actions: string[]): void {
    this.use(name, table.tableName, table.tableArn, 'dynamodb', actions);
  }

  useQueue(name: GrantedName, queue: Queue): void {
    this.use(name, queue.queueUrl, queue.queueArn, 'sqs', ['SendMessage']);
  }

  useSecret(name: GrantedName, secret: Secret): void {
    this.use(name, secret.secretArn, secret.secretArn, 'secretsmanager', ['GetSecretValue']);
  }

  /** @param uses what it may do to the bucket itself (`''`), and to keys that begin with a prefix (`uploads/`). */
  useBucket(name: GrantedName, { bucketName, bucketArn }: EventBucket, uses: Record<string, string[]>): void {
    for (const [prefix, actions] of Object.entries(uses)) {
      const resource = prefix === '' ? bucketArn : `${bucketArn}/${prefix}*`;
      this.use(name, bucketName, resource, 's3', actions);
      if (prefix !== '')
        acknowledgeResource(this.role, resource, 'Keys are made as photos and files come: a prefix is as narrow as S3 gets.');
    }
  }

  /** What Lambda itself does on the function's behalf to take messages off a queue. */
  mayConsume(queue: Queue): void {
    this.allow(queue.queueArn, 'sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']);
  }

  /** Lambda makes the network interfaces with the function's role; EC2 takes no resource for these. */
  private mayJoinTheNetwork(): void {
    const actions = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface'];
    acknowledgeResource(this.role, '*', 'EC2 takes no resource for these actions, which Lambda wants before it joins a network.');
    this.allow('*', 'ec2', [...actions, 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses']);
  }

  private use(name: GrantedName, value: string, resource: string, service: string, actions: string[]): void {
    this.fn.addEnvironment(name, value);
    this.allow(resource, service, actions);
  }

  private allow(resource: string, service: string, actions: string[]): void {
    const named = actions.map((action) => `${service}:${action}`);
    this.role.addToPolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: named, resources: [resource] }));
  }
}
