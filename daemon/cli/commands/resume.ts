import type { Command } from 'commander'
import { formatCount } from '../output.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { describePaused } from './pause.js'

export function addResume(program: Command, run: Run): void {
  program
    .command('resume')
    .summary('undo pause and drain, or with --all suspend')
    .description(
      'Start jobs again from these queues, or from all if none is named. Undoes pause and drain of this daemon; with ' +
        '--all, suspend for all workers of this Redis; with --everywhere, pause --everywhere.',
    )
    .argument('[queue...]', 'queues that the daemon serves (default: all)')
    .option('--all', 'let all workers of this Redis go on, as "rq resume" does; needs no daemon')
    .option('--everywhere', 'undo "pause --everywhere"; needs no daemon')
    .action(
      run(async (context, command) => {
        if (command.opts<{ everywhere?: true }>().everywhere === true) {
          if (command.opts<{ all?: true }>().all === true)
            command.error('error: found --everywhere and --all; expected one or the other')
          const { changeEverywhere } = await import('../everywhere.js')
          return changeEverywhere(context, 'resume.everywhere', command.args)
        }
        if (command.opts<{ all?: true }>().all === true) {
          if (command.args.length === 0) return resumeAll(context)
          const found = formatCount(command.args.length, 'queue')
          return command.error(`error: found --all and ${found}; expected one or the other`)
        }
        const reply = await context.withDaemon((client) => client.call('resume', { queues: command.args }))
        context.answer(reply, () => describePaused(reply.paused))
        return exitCodes.ok
      }),
    )
}

async function resumeAll(context: Context): Promise<number> {
  const reply = await context.withData((data) => data.call('resume.all', {}))
  context.answer(reply, () => (reply.wereSuspended ? 'All workers go on.\n' : 'No worker was suspended.\n'))
  return exitCodes.ok
}
