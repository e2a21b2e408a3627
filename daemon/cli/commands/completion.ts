import type * as commander from 'commander'
import { requirePackage } from '../../../src/require.js'
import type { Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'

const { Argument } = requirePackage('commander') as typeof commander

export function addCompletion(program: commander.Command, run: Run): void {
  program
    .command('completion')
    .summary('print a script that completes command lines')
    .description(
      'Print a script by which a shell completes commands and options. To load it: source <(rqctl completion bash), ' +
        'source <(rqctl completion zsh), rqctl completion fish | source.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addArgument(new Argument('[program]', 'what to complete (default: rqctl)').choices(['rqctl', 'rqd']))
    .action(
      run(async (context, command) => {
        const [shell = '', name = 'rqctl'] = command.args
        const { readProgram } = await import('../completion/tree.js')
        const { completions } = await import('../completion/shells.js')
        const { programOf } = await import('../programs.js')
        const script = completions[shell as keyof typeof completions](
          name,
          readProgram(await programOf(name, context.io)),
        )
        context.answer({ shell, program: name, script }, () => script)
        return exitCodes.ok
      }),
    )
}
