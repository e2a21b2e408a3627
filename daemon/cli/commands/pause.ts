import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { printable } from '../output.js'

export function addPause(program: Command, run: Run): void {
  program
    .command('pause')
    .summary('start no more jobs from some queues')
    .description(
      'Start no more jobs from these queues, or from any if none is named. Running jobs go on. With --everywhere for all ' +
        'rqd daemons of this Redis, those that are started later too; workers of Python RQ do not heed it (there is ' +
        '"rqctl suspend").',
    )
    .argument('[queue...]', 'queues that the daemon serves, or any with --everywhere (default: all)')
    .option('--everywhere', 'for all rqd daemons of this Redis, until resumed; needs no daemon')
    .action(
      run(async (context, command) => {
        if (command.opts<{ everywhere?: true }>().everywhere === true) {
          const { changeEverywhere } = await import('../everywhere.js')
          return changeEverywhere(context, 'pause.everywhere', command.args)
        }
        const reply = await context.withDaemon((client) => client.call('pause', { queues: command.args }))
        context.answer(reply, () => describePaused(reply.paused))
        return exitCodes.ok
      }),
    )
}

/** What pause and resume say: the queues that are paused now. */
export function describePaused(paused: readonly string[]): string {
  return paused.length === 0 ? 'No queue is paused.\n' : `Paused: ${paused.map(printable).join(', ')}\n`
}
