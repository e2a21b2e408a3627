import type { Command, Option } from 'commander'

/** An option as shells complete it. */
export interface OptionWord {
  /** `--long` and `-s`, as far as there are. */
  readonly names: readonly string[]
  readonly description: string
  readonly takesValue: boolean
  /** Its value is a file. */
  readonly takesFile: boolean
}

/** A command, or the program itself, which has no words. */
export interface CommandWords {
  /** `send kill-horse`; empty for the program. */
  readonly path: string
  readonly summary: string
  readonly options: readonly OptionWord[]
  /** Names of the commands below it. */
  readonly commands: readonly string[]
}

/** What can be typed: the program first, then its commands, with those below them. */
export function readProgram(program: Command): CommandWords[] {
  return [...walk(program, [], [])]
}

function* walk(command: Command, path: readonly string[], inherited: readonly OptionWord[]): Generator<CommandWords> {
  const help = command.createHelp()
  // Help is a command of the program; below a command there is --help.
  const inner = help.visibleCommands(command).filter((each) => path.length === 0 || each.name() !== 'help')
  const options = help.visibleOptions(command).map(readOption)
  const names = new Set(options.flatMap((option) => option.names))
  const all = [...options, ...inherited.filter((option) => !option.names.some((name) => names.has(name)))]
  yield {
    path: path.join(' '),
    summary: command.summary() === '' ? command.description() : command.summary(),
    options: all,
    commands: inner.map((each) => each.name()),
  }
  const passed = all.filter(({ names: [name] }) => name !== '--version' && name !== '--help')
  for (const each of inner) if (each.name() !== 'help') yield* walk(each, [...path, each.name()], passed)
}

function readOption(option: Option): OptionWord {
  const value = /[<[](\w+)/.exec(option.flags)?.[1]
  return {
    names: [option.long, option.short].filter((name) => name !== undefined),
    description: option.description,
    takesValue: value !== undefined,
    takesFile: value === 'path' || value === 'file' || value === 'folder',
  }
}
