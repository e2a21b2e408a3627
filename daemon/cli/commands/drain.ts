import type { Command } from 'commander'
import type { DrainProgress, DrainReply } from '../../control/operations.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { daemonOption, everywhereOption, wantedDaemons } from '../fleet-options.js'
import { readSeconds } from '../options.js'
import { formatAge, formatCount } from '../output.js'

/** How much longer than the deadline an answer is waited for: the daemon ends and hands back the jobs left. */
const GRACE_MS = 60_000

export function addDrain(program: Command, run: Run): void {
  program
    .command('drain')
    .summary('start no more jobs and wait for the running ones')
    .description(
      'Start no more jobs and wait until the running ones have ended. The daemon stays up, drained, until "rqctl ' +
        'resume" or "rqctl shutdown". Exit code 0: drained; 4: the deadline passed and the jobs left were handed back ' +
        'to their queues. Interrupting rqctl does not end the drain.',
    )
    .addOption(everywhereOption())
    .addOption(daemonOption())
    .option('--timeout <span>', 'deadline: 90 (seconds), 5m, 1h (default: none)', readSeconds('--timeout'))
    .action(
      run(async (context, command) => {
        const { timeout = Infinity } = command.opts<{ timeout?: number }>()
        const timeoutSec = timeout === Infinity ? null : timeout
        const daemons = wantedDaemons(command)
        if (daemons !== undefined) {
          const { orderAll } = await import('../order-all.js')
          const answerMs = timeoutSec === null ? Infinity : timeoutSec * 1_000 + GRACE_MS
          return orderAll(context, daemons, {
            method: 'drain',
            params: { timeoutSec },
            answerMs,
            describe: describeDrained,
            isGood: ({ drained }) => drained,
          })
        }
        const progress = showProgress(context)
        let reply: DrainReply
        try {
          const timeoutMs = timeoutSec === null ? null : timeoutSec * 1_000 + GRACE_MS
          reply = await context.withDaemon((client) => client.call('drain', { timeoutSec }, { timeoutMs }), {
            onProgress: progress.update,
          })
        } finally {
          progress.end()
        }
        context.answer(reply, () => describeDrained(reply))
        return reply.drained ? exitCodes.ok : exitCodes.timedOut
      }),
    )
}

function describeDrained({ drained, handedBack, elapsedSec }: DrainReply): string {
  const after = formatAge(elapsedSec)
  return drained
    ? `Drained after ${after}.\n`
    : `The deadline passed after ${after}: ${formatCount(handedBack, 'job')} handed back.\n`
}

// One line that is written over on a terminal; elsewhere a line whenever the number of jobs has changed.
function showProgress({ io: { stderr } }: Context): { update: (progress: DrainProgress) => void; end: () => void } {
  const live = stderr.isTTY === true
  let shown: number | undefined
  return {
    update: ({ running, elapsedSec }) => {
      const text = `waiting for ${formatCount(running, 'running job')}, ${formatAge(elapsedSec)}`
      if (live) stderr.write(`\r\x1b[2K${text}`)
      else if (running !== shown) stderr.write(`${text}\n`)
      shown = running
    },
    end: () => {
      if (live && shown !== undefined) stderr.write('\r\x1b[2K')
    },
  }
}
