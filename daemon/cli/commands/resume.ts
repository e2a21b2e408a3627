import type { Command } from 'commander'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { describePaused } from './pause.js'

export function addResume(program: Command, run: Run): void {
  program
    .command('resume')
    .summary('undo pause and drain')
    .description('Start jobs again from these queues, or from all if none is named. Undoes pause and drain.')
    .argument('[queue...]', 'queues that the daemon serves (default: all)')
    .action(
      run(async (context, command) => {
        const reply = await context.withDaemon((client) => client.call('resume', { queues: command.args }))
        context.answer(reply, () => describePaused(reply.paused))
        return exitCodes.ok
      }),
    )
}
