import type * as commander from 'commander'
import { optionKey } from '../config/names.js'
import type { Setting, Settings } from '../config/settings.js'

/** What a command line asks for. */
export interface Wanted {
  readonly flags: Settings
  readonly configFile: string | undefined
  readonly printsConfig: boolean
  readonly json: boolean
  /** `rqd check`: look, and start nothing. */
  readonly isCheck: boolean
}

/** Options of the command line that are no options of the daemon. */
type OwnFlags = { config?: string; printConfig?: true; json?: true }

/** Read a command line. @throws CommanderError if it is wrong, or asked for help, which is printed by then. */
export function readArguments(command: commander.Command, argv: readonly string[]): Wanted {
  // `rqd -- check` works on a queue of that name.
  const isCheck = argv[0] === 'check'
  command.parse((isCheck ? argv.slice(1) : argv).map(asOurs), { from: 'user' })
  const { config, printConfig = false, json = false } = command.opts<OwnFlags>()
  const flags = readFlags(command)
  if (json && !printConfig && !isCheck) command.error('error: --json goes with --print-config or check')
  if (isCheck && command.args.length > 1) command.error('error: check takes one configuration file')
  if (isCheck && config !== undefined && command.args.length > 0)
    command.error('error: check takes one configuration file, not also --config')
  if (!isCheck && command.args.length > 0) flags.set('queues', { value: command.args, origin: fromFlag('QUEUE') })
  const configFile = config ?? (isCheck ? command.args[0] : undefined)
  return { flags, configFile, printsConfig: printConfig, json, isCheck }
}

// RQ has `--logging_level`, and `-ds` for `--dequeue-strategy`, which would be `-d` and `-s` here.
function asOurs(argument: string): string {
  if (argument === '-ds') return '--dequeue-strategy'
  return /^--[a-z]+_/.test(argument) ? argument.replace(/^[^=]+/, (name) => name.replaceAll('_', '-')) : argument
}

/** What was given on the command line, by option. Defaults are none of its business. */
function readFlags(command: commander.Command): Map<string, Setting> {
  const flags = new Map<string, Setting>()
  for (const option of command.options) {
    const key = option.attributeName()
    if (command.getOptionValueSource(key) !== 'cli' || ownFlags.includes(key)) continue
    const value: unknown = command.getOptionValue(key)
    const origin = fromFlag(option.long ?? option.flags)
    const meaning = shortFor[key]
    if (meaning !== undefined) flags.set(meaning.key, { value: meaning.value, origin })
    else if (!flags.has(optionKey(key))) flags.set(optionKey(key), { value, origin })
  }
  return flags
}

const ownFlags = ['config', 'printConfig', 'json']

/** Flags that stand for a value of another option. Those for a level win over `--logging-level`, as in RQ. */
const shortFor: Readonly<Record<string, { key: string; value: unknown }>> = {
  verbose: { key: 'logLevel', value: 'debug' },
  quiet: { key: 'logLevel', value: 'warn' },
  disableDefaultExceptionHandler: { key: 'defaultExceptionHandler', value: false },
}

function fromFlag(flag: string): Setting['origin'] {
  return { kind: 'flag', flag }
}
