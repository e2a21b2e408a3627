import type { CommandWords, OptionWord } from './tree.js'

/** Names of the options that a value follows, of all commands. */
export function valueOptions(commands: readonly CommandWords[]): string[] {
  return namesOf(commands, ({ takesValue }) => takesValue)
}

/** Of these, those whose value is a file. */
export function fileOptions(commands: readonly CommandWords[]): string[] {
  return namesOf(commands, ({ takesFile }) => takesFile)
}

function namesOf(commands: readonly CommandWords[], wanted: (option: OptionWord) => boolean): string[] {
  const options = commands.flatMap((command) => command.options.filter(wanted))
  return [...new Set(options.flatMap((option) => option.names))]
}
