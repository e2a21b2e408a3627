import type { Command } from 'commander'
import type { RestartReply } from '../../control/operations.js'
import type { Run } from '../context.js'
import { answerTimeoutOption, daemonOption, everywhereOption } from '../fleet-options.js'
import { formatAge, formatCount } from '../output.js'
import { rollOut } from '../roll-out.js'
import { describeEnding } from '../rollout-progress.js'

export function addRestartExecutors(program: Command, run: Run): void {
  program
    .command('restart-executors')
    .summary('replace all executors by new ones')
    .description(
      'Replace all executors, one by one: each by one that is ready, so that the queues go on. No job is interrupted; ' +
        'old executors end after their jobs. The configuration stays; "rqctl reload" reads it again, and tries first.',
    )
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .addOption(answerTimeoutOption())
    .option('--wait', 'answer only when the old executors have ended their jobs')
    .action(run(rollOut('restart-executors', describeRestarted)))
}

function describeRestarted(reply: RestartReply): string {
  const { executors, elapsedSec } = reply
  return `Replaced ${formatCount(executors, 'executor')} after ${formatAge(elapsedSec)}.\n${describeEnding(reply)}`
}
