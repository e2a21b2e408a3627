import { Command, CommanderError } from 'commander'
import { RqdError, coerceError } from '../../src/errors.js'
import { version } from '../version.js'
import { addDiscover } from './commands/discover.js'
import { addDrain } from './commands/drain.js'
import { addInfo } from './commands/info.js'
import { addPause } from './commands/pause.js'
import { addPing } from './commands/ping.js'
import { addRequeue } from './commands/requeue.js'
import { addResume } from './commands/resume.js'
import { addShutdown } from './commands/shutdown.js'
import { addStatus } from './commands/status.js'
import { type GlobalFlags, Context, type RqctlIo, type Run } from './context.js'
import { exitCodeOf, exitCodes } from './exit-codes.js'

const HELP_WIDTH = 80

/** Run rqctl. Never throws, never ends the process. @returns the exit code (exit-codes.ts). */
export async function main(argv: readonly string[], io: RqctlIo): Promise<number> {
  let exitCode: number = exitCodes.ok
  let running: Command | undefined
  const run: Run =
    (body) =>
    async (...given) => {
      // Commander passes the command last.
      running = given.at(-1) as Command
      exitCode = await body(new Context(io, running.optsWithGlobals<GlobalFlags>()), running)
    }
  try {
    await buildProgram(io, run).parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return report(thrown, running?.name(), io)
  }
}

function report(thrown: unknown, command: string | undefined, io: RqctlIo): number {
  const error = coerceError(thrown)
  const code = exitCodeOf(error)
  const text = error instanceof RqdError ? error.message : (error.stack ?? error.message)
  io.stderr.write(`rqctl: ${text}\n`)
  if (code === exitCodes.usage && command !== undefined) io.stderr.write(`${hintFor(command)}\n`)
  return code
}

function buildProgram(io: RqctlIo, run: Run): Command {
  const program = new Command('rqctl')
    .description('Talk to a running rqd daemon, and to the Redis that it works for.')
    .usage('<command> [options]')
    .optionsGroup('Where:')
    .option(
      '--socket <path>',
      'control socket (default: rqd.sock in $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/rqd or /tmp/rqd-$UID)',
    )
    .option('-u, --url <url>', 'Redis, for info and requeue (default: $RQ_REDIS_URL, else redis://localhost:6379/0)')
    .option('--prefix <text>', 'prefix of all keys, for info and requeue (default: rq)')
    .optionsGroup('Output:')
    .option('--json', 'print one JSON document')
    .optionsGroup('Other:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', '\nExit codes: 0 ok, 1 failed, 2 wrong usage, 3 no daemon answers, 4 timed out')
  configure(program, io, 'run "rqctl --help"')
  program.commandsGroup('The daemon, over its control socket:')
  for (const add of [addStatus, addPause, addResume, addDrain, addShutdown, addPing, addDiscover]) add(program, run)
  program.commandsGroup('Queues and jobs, straight in Redis:')
  for (const add of [addInfo, addRequeue]) add(program, run)
  program.commandsGroup('Help:').helpCommand('help [command]', 'print help for a command')
  for (const command of program.commands) configure(command, io, hintFor(command.name()))
  return program
}

function configure(command: Command, io: RqctlIo, hint: string): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(hint)
    .configureHelp({ showGlobalOptions: command.parent !== null, helpWidth: HELP_WIDTH })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'rqctl: ')),
    })
}

function hintFor(command: string): string {
  return `run "rqctl ${command} --help"`
}
