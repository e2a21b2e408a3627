import type { Command } from 'commander'
import type { RestartReply } from '../../control/operations.js'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import {
  answerTimeoutMs,
  answerTimeoutOption,
  daemonOption,
  everywhereOption,
  wantedDaemons,
} from '../fleet-options.js'
import { formatAge, formatCount } from '../output.js'
import { describeEnding, watchRollout } from '../rollout-progress.js'

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
    .action(
      run(async (context, command) => {
        const { wait = false } = command.opts<{ wait?: true }>()
        const daemons = wantedDaemons(command)
        if (daemons !== undefined) {
          const { orderAll } = await import('../order-all.js')
          const answerMs = answerTimeoutMs(command)
          return orderAll(context, daemons, {
            method: 'restart-executors',
            params: { wait },
            answerMs,
            describe: describeRestarted,
          })
        }
        const reply = await watchRollout(context, (client) =>
          client.call('restart-executors', { wait }, { timeoutMs: null }),
        )
        context.answer(reply, () => describeRestarted(reply))
        return exitCodes.ok
      }),
    )
}

function describeRestarted(reply: RestartReply): string {
  const { executors, elapsedSec } = reply
  return `Replaced ${formatCount(executors, 'executor')} after ${formatAge(elapsedSec)}.\n${describeEnding(reply)}`
}
