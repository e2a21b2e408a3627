import type * as commander from 'commander'
import { RqdError, coerceError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import { version } from '../../src/version.js'
import { printableMessage } from '../printable.js'
import { type GlobalFlags, Context, type RqctlIo, type Run } from './context.js'
import { exitCodeOf, exitCodes } from './exit-codes.js'

const { Command, CommanderError } = requirePackage('commander') as typeof commander
type Add = (program: commander.Command, run: Run) => void

/** The commands by name, each in a file that is read when it is wanted. In the order in which help lists them. */
const daemonCommands: Readonly<Record<string, () => Promise<Add>>> = {
  status: async () => (await import('./commands/status.js')).addStatus,
  top: async () => (await import('./commands/top.js')).addTop,
  pause: async () => (await import('./commands/pause.js')).addPause,
  resume: async () => (await import('./commands/resume.js')).addResume,
  drain: async () => (await import('./commands/drain.js')).addDrain,
  scale: async () => (await import('./commands/scale.js')).addScale,
  'restart-executors': async () => (await import('./commands/restart-executors.js')).addRestartExecutors,
  reload: async () => (await import('./commands/reload.js')).addReload,
  shutdown: async () => (await import('./commands/shutdown.js')).addShutdown,
  events: async () => (await import('./commands/events.js')).addEvents,
  logs: async () => (await import('./commands/logs.js')).addLogs,
  ping: async () => (await import('./commands/ping.js')).addPing,
  discover: async () => (await import('./commands/discover.js')).addDiscover,
}
const redisCommands: typeof daemonCommands = {
  daemons: async () => (await import('./commands/daemons.js')).addDaemons,
  upgrade: async () => (await import('./commands/upgrade.js')).addUpgrade,
  cron: async () => (await import('./commands/cron.js')).addCron,
  explain: async () => (await import('./commands/explain.js')).addExplain,
  info: async () => (await import('./commands/info.js')).addInfo,
  queues: async () => (await import('./commands/queues.js')).addQueues,
  workers: async () => (await import('./commands/workers.js')).addWorkers,
  jobs: async () => (await import('./commands/jobs.js')).addJobs,
  job: async () => (await import('./commands/job.js')).addJob,
  enqueue: async () => (await import('./commands/enqueue.js')).addEnqueue,
  requeue: async () => (await import('./commands/requeue.js')).addRequeue,
  cancel: async () => (await import('./commands/cancel.js')).addCancel,
  delete: async () => (await import('./commands/delete.js')).addDelete,
  empty: async () => (await import('./commands/empty.js')).addEmpty,
  fsck: async () => (await import('./commands/fsck.js')).addFsck,
  'stop-job': async () => (await import('./commands/stop-job.js')).addStopJob,
  suspend: async () => (await import('./commands/suspend.js')).addSuspend,
  send: async () => (await import('./commands/send.js')).addSend,
  dashboard: async () => (await import('./commands/dashboard.js')).addDashboard,
}

/** About rqctl itself. */
const ownCommands: typeof daemonCommands = {
  version: async () => (await import('./commands/version.js')).addVersion,
  completion: async () => (await import('./commands/completion.js')).addCompletion,
}

const HELP_WIDTH = 80

/** Run rqctl. Never throws, never ends the process. @returns the exit code (exit-codes.ts). */
export async function main(argv: readonly string[], io: RqctlIo): Promise<number> {
  let exitCode: number = exitCodes.ok
  let running: commander.Command | undefined
  const run: Run =
    (body) =>
    async (...given) => {
      // Commander passes the command last.
      running = given.at(-1) as commander.Command
      exitCode = await body(new Context(io, running.optsWithGlobals<GlobalFlags>()), running)
    }
  try {
    const program = await buildProgram(io, run, argv[0])
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return report(thrown, running === undefined ? undefined : nameOf(running), io)
  }
}

function report(thrown: unknown, command: string | undefined, io: RqctlIo): number {
  const error = coerceError(thrown)
  const code = exitCodeOf(error)
  io.stderr.write(`rqctl: ${printableMessage(error.message)}\n`)
  if (!(error instanceof RqdError)) tellUnexpected(error, io)
  if (code === exitCodes.usage && command !== undefined) io.stderr.write(`${hintFor(command)}\n`)
  return code
}

/** An error of ours says all that a user needs; for any other, whoever looks for the reason wants to know where. */
function tellUnexpected(error: Error, { stderr, env }: RqctlIo): void {
  const isAsked = (env['NODE_DEBUG'] ?? '').split(',').includes('rqctl')
  stderr.write(
    isAsked
      ? `${printableMessage(error.stack ?? '')}\n`
      : 'this was not expected: NODE_DEBUG=rqctl shows where it came from\n',
  )
}

// A line that begins with a command needs that one only; anything else (help, a spelling mistake) may need all.
export async function buildProgram(io: RqctlIo, run: Run, first: string | undefined): Promise<commander.Command> {
  const program = new Command('rqctl')
    .description('Talk to a running rqd daemon, and to the Redis that it works for.')
    .usage('<command> [options]')
    .optionsGroup('Where:')
    .option(
      '--socket <path>',
      'control socket (default: rqd.sock in $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/rqd or /tmp/rqd-$UID)',
    )
    .option(
      '-u, --url <url>',
      'Redis, for what is done straight in it (default: $RQ_REDIS_URL, else redis://localhost:6379/0)',
    )
    .option('--prefix <text>', 'prefix of all keys there (default: rq, with a tenant {tenant}:rq)')
    .option('--tenant <name>', 'the tenant that it is about, of the daemon or in Redis (default: $RQD_TENANT)')
    .optionsGroup('Output:')
    .option('--json', 'print one JSON document')
    .optionsGroup('Other:')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .addHelpText('after', '\nExit codes: 0 ok, 1 failed, 2 wrong usage, 3 no daemon answers, 4 timed out')
  configure(program, io, 'run "rqctl --help"')
  program.commandsGroup('The daemon, over its control socket:')
  await addCommands(program, run, daemonCommands, first)
  program.commandsGroup('Queues and jobs, through the daemon or straight in Redis:')
  await addCommands(program, run, redisCommands, first)
  program.commandsGroup('Help:')
  await addCommands(program, run, ownCommands, first)
  program.helpCommand('help [command]', 'print help for a command')
  for (const command of program.commands) {
    configure(command, io, hintFor(command.name()))
    for (const inner of command.commands) configure(inner, io, hintFor(nameOf(inner)))
  }
  return program
}

async function addCommands(
  program: commander.Command,
  run: Run,
  commands: typeof daemonCommands,
  first = '',
): Promise<void> {
  const isOne = [daemonCommands, redisCommands, ownCommands].some((each) => Object.hasOwn(each, first))
  for (const [name, load] of Object.entries(commands)) {
    if (isOne && name !== first) continue
    const add = await load()
    add(program, run)
  }
}

function configure(command: commander.Command, io: RqctlIo, hint: string): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(hint)
    .configureHelp({ showGlobalOptions: command.parent !== null, helpWidth: HELP_WIDTH })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(printableMessage(text.replace(/^error: /, 'rqctl: '))),
    })
}

/** The words of a command, as they are typed. */
function nameOf(command: commander.Command): string {
  const { parent } = command
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name()
}

function hintFor(command: string): string {
  return `run "rqctl ${command} --help"`
}
