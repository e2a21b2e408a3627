import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { readSeconds } from '../options.js'
import { formatAge } from '../output.js'

export function addSuspend(program: Command, run: Run): void {
  program
    .command('suspend')
    .summary('let no worker of this Redis begin another job')
    .description(
      'Let no worker of this Redis begin another job, be it of this daemon, another, or Python RQ: the same as "rq ' +
        'suspend". Running jobs go on. Undone by "rqctl resume --all". For the queues of one daemon there is "rqctl pause".',
    )
    .option(
      '--duration <span>',
      'for so long: 90 (seconds), 5m, 1h (default: until they are resumed)',
      readSeconds('--duration'),
    )
    .action(
      run(async (context, command) => {
        const { duration = Infinity } = command.opts<{ duration?: number }>()
        const durationSec = duration === Infinity ? null : duration
        if (durationSec === 0) command.error('error: --duration is 0 s; expected at least 1')
        const reply = await context.withData((data) => data.call('suspend', { durationSec }))
        context.answer(reply, () =>
          durationSec === null
            ? 'All workers are suspended until "rqctl resume --all".\n'
            : `All workers are suspended for ${formatAge(durationSec)}.\n`,
        )
        return exitCodes.ok
      }),
    )
}
