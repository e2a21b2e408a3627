import type { CommandWords, OptionWord } from './tree.js'
import { valueOptions } from './words.js'

/** A script for fish 3 and later. */
export function fishCompletion(name: string, commands: readonly CommandWords[]): string {
  const summaries = new Map(commands.map(({ path, summary }) => [path, summary]))
  const lines = commands.flatMap(({ path, options, commands: inner }) => [
    ...inner.map((word) => {
      const summary = summaries.get(path === '' ? word : `${path} ${word}`) ?? ''
      return `complete -c ${name} -n ${quote(`__${name}_at ${quote(path)}`)} -a ${quote(word)} -d ${quote(summary)}`
    }),
    ...options.map((option) => `complete -c ${name} -n ${quote(`__${name}_at ${quote(path)}`)} ${flagsOf(option)}`),
  ])
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quote(path)]))
  return `# Completion of ${name} for fish. Load it with: rqctl completion fish${name === 'rqctl' ? '' : ` ${name}`} | source
function __${name}_at
    set -l at
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        if contains -- $word ${valueOptions(commands).join(' ')}
            set skip 1
            continue
        end
        if contains -- (string join ' ' -- $at $word) ${paths.length === 0 ? "''" : paths.join(' ')}
            set at $at $word
        end
    end
    set -l path (string join ' ' -- $at)
    test "$path" = "$argv[1]"
end
complete -c ${name} -f
${lines.join('\n')}
`
}

function flagsOf({ names, description, takesValue, takesFile }: OptionWord): string {
  const flags = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = takesValue ? (takesFile ? ' -r -F' : ' -x') : ''
  return `${flags.join(' ')}${value} -d ${quote(description)}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
