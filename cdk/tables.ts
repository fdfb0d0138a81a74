import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TABLES, type TableShape } from '../src/shapes.ts';

export type TableName = keyof typeof TABLES;

/** The tables: paid by request, restorable to any second of the last 35 days, kept whatever happens to the stack. */
export class Tables extends Construct {
  readonly users = this.table('users');
  readonly photos = this.table('photos');
  readonly imports = this.table('imports');
  readonly requests = this.table('requests');

  private table(name: TableName): Table {
    const { partition, sort, ttl }: TableShape = TABLES[name];
    return new Table(this, name, {
      partitionKey: { name: partition, type: AttributeType.STRING },
      ...(sort && { sortKey: { name: sort, type: AttributeType.STRING } }),
      ...(ttl && { timeToLiveAttribute: ttl }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
