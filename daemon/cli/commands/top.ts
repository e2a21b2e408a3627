import type { Command } from 'commander'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { readInterval } from '../options.js'

export function addTop(program: Command, run: Run): void {
  program
    .command('top')
    .summary('watch the daemon live, pause it, stop jobs')
    .description(
      'Watch the daemon on a whole terminal: executors, queues, what it has done and does per second. Keys sort, ' +
        'select, pause and resume, stop a job, drain; h lists them. Goes on when the daemon is restarted.',
    )
    .option('-i, --interval <seconds>', 'between two looks (default: 1)', readInterval('--interval'))
    .action(
      run(async (context, command) => {
        const { interval = 1 } = command.opts<{ interval?: number }>()
        const stdin = context.io.stdin?.()
        const lacks = whatIsMissing(context, stdin?.isTTY === true)
        if (lacks !== undefined || stdin === undefined) return command.error(`error: ${lacks ?? 'there is no stdin'}`)
        const { Top } = await import('../top/top.js')
        await Top.run(context, stdin, interval)
        return exitCodes.ok
      }),
    )
}

function whatIsMissing({ json, io: { stdout, env } }: Context, hasKeys: boolean): string | undefined {
  if (json) return 'top prints no document; expected "rqctl status --json"'
  const instead = 'for one look there is "rqctl status"'
  if (stdout.isTTY !== true) return `top needs a terminal, and stdout is none; ${instead}`
  if (!hasKeys) return `top needs a terminal, and stdin is none; ${instead}`
  if (env['TERM'] === 'dumb') return `top needs a terminal whose cursor moves, and TERM is dumb; ${instead}`
  return undefined
}
