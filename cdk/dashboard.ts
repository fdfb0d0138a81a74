import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { PERIOD } from './alarms.ts';
import type { Functions } from './functions.ts';
import type { Stage } from './settings.ts';
import type { StatefulStack } from './stateful.ts';
import type { FrontDoor } from './watching.ts';

interface OverviewProps {
  stage: Stage;
  data: StatefulStack;
  functions: Functions;
  frontDoor: FrontDoor;
  alarms: Alarm[];
}

const WIDTH = 8;
const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: WIDTH });

/** One screen: what is the matter, what is asked, and what waits. */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, { stage, data, functions, frontDoor, alarms }: OverviewProps) {
    super(scope, id);
    const { api, importUsers, processPhoto, sweep } = functions;
    const all = [api, importUsers, processPhoto, sweep].map(({ fn }) => fn);
    const queues = [data.photos.events, data.imports.events];
    const peak = { statistic: Stats.MAXIMUM, period: PERIOD };

    new Dashboard(this, 'Dashboard', {
      dashboardName: `photoform-${stage.name}`,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 3 * WIDTH })],
        [graph('Requests', [frontDoor.requests]), graph('5xx', [frontDoor.errors]), graph('p99, ms', [frontDoor.latency])],
        [
          graph(
            'Running at once',
            all.map((fn) => fn.metric('ConcurrentExecutions', peak)),
          ),
          graph(
            'Throttles',
            all.map((fn) => fn.metricThrottles({ period: PERIOD })),
          ),
          graph(
            'Errors',
            all.map((fn) => fn.metricErrors({ period: PERIOD })),
          ),
        ],
        [
          graph(
            'Waiting',
            queues.map(({ queue }) => queue.metricApproximateNumberOfMessagesVisible(peak)),
          ),
          graph(
            'Oldest, s',
            queues.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage(peak)),
          ),
          graph(
            'Dead letters',
            queues.map(({ deadLetters }) => deadLetters.metricApproximateNumberOfMessagesVisible(peak)),
          ),
        ],
      ],
    });
  }
}
