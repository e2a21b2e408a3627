import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { printable } from '../output.js'

export function addPause(program: Command, run: Run): void {
  program
    .command('pause')
    .summary('start no more jobs from some queues')
    .description('Start no more jobs from these queues, or from any if none is named. Running jobs go on.')
    .argument('[queue...]', 'queues that the daemon serves (default: all)')
    .action(
      run(async (context, command) => {
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
