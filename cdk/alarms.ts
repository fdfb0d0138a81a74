import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

const RUNBOOK = 'https://github.com/photoform/photoform/blob/main/cdk/RUNBOOK.md';

interface Watched {
  metric: IMetric;
  /** It rings when the metric is at this, or over it, … */
  atLeast: number;
  /** … for so many periods on end; 1 when not said. */
  periods?: number;
  /** What is the matter, in a sentence. */
  says: string;
}

/** Alarms, each with its entry in the runbook; where nothing is measured, nothing is wrong. */
export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  private readonly topic: ITopic | undefined;

  constructor(scope: Construct, id: string, topic: ITopic | undefined) {
    super(scope, id);
    this.topic = topic;
  }

  /**
   * @param entry its heading in the runbook
   * @param which one it is, when several share an entry
   */
  add(entry: string, which: string, { metric, atLeast, periods = 1, says }: Watched): void {
    const alarm = new Alarm(this, which ? `${entry}-${which}` : entry, {
      metric,
      threshold: atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${says} What to do: ${RUNBOOK}#${entry}`,
    });
    if (this.topic) alarm.addAlarmAction(new SnsAction(this.topic));
    this.all.push(alarm);
  }
}

/** How long most alarms look at a time. */
export const PERIOD = Duration.minutes(5);
