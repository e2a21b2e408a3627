import type * as commander from 'commander'
import { requirePackage } from '../../../src/require.js'
import type { ScaleReply } from '../../control/operations.js'
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

const { InvalidArgumentError } = requirePackage('commander') as typeof commander

const MOST = 1_000

export function addScale(program: commander.Command, run: Run): void {
  program
    .command('scale')
    .summary('change how many executors there are')
    .description(
      'Have so many executors from now on, until the daemon ends or a reload brings another number. New ones have ' +
        'started when this answers; those too many take nothing new and end after their jobs.',
    )
    .argument('<executors>', `how many, 1 to ${MOST}`, readExecutors)
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .addOption(answerTimeoutOption())
    .option('--wait', 'answer only when those too many have ended their jobs')
    .action(
      run(async (context, command) => {
        const executors = command.processedArgs[0] as number
        const { wait = false } = command.opts<{ wait?: true }>()
        const daemons = wantedDaemons(command)
        if (daemons !== undefined) {
          const { orderAll } = await import('../order-all.js')
          const answerMs = answerTimeoutMs(command)
          const params = { executors, wait }
          return orderAll(context, daemons, { method: 'scale', params, answerMs, describe: describeScaled })
        }
        const reply = await watchRollout(context, (client) =>
          client.call('scale', { executors, wait }, { timeoutMs: null }),
        )
        context.answer(reply, () => describeScaled(reply))
        return exitCodes.ok
      }),
    )
}

function readExecutors(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST) return count
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST}, and not ${JSON.stringify(text)}`)
}

function describeScaled(reply: ScaleReply): string {
  const { executors, was, elapsedSec } = reply
  const now = formatCount(executors, 'executor')
  if (was === executors) return `${now}, as before.\n`
  return `${now} after ${formatAge(elapsedSec)}, ${was} before.\n${describeEnding(reply)}`
}
