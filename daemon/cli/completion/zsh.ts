import type { CommandWords } from './tree.js'
import { fileOptions, valueOptions } from './words.js'

/** A script for zsh. */
export function zshCompletion(name: string, commands: readonly CommandWords[]): string {
  const summaries = new Map(commands.map(({ path, summary }) => [path, summary]))
  const cases = commands.map(({ path, options, commands: inner }) => {
    const words = inner.map((word) => described(word, summaries.get(path === '' ? word : `${path} ${word}`) ?? ''))
    const flags = options.flatMap((option) => option.names.map((flag) => described(flag, option.description)))
    return `    ${quote(path === '' ? '' : ` ${path}`)})
      commands=(${words.join(' ')})
      options=(${flags.join(' ')})
      ;;`
  })
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quote(` ${path}`)]))
  const takers = valueOptions(commands)
  const files = fileOptions(commands)
  return `#compdef ${name}
# Completion of ${name} for zsh. Put it into a folder of $fpath as _${name}, or: source <(rqctl completion zsh${name === 'rqctl' ? '' : ` ${name}`})
_${name}() {
  local -a commands options
  local at= word= skip= i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${takers.join('|')}) skip=1; continue ;;
    esac
${paths.length === 0 ? '' : `    case "$at $word" in\n      ${paths.join('|')}) at="$at $word" ;;\n    esac\n`}  done
  case \${words[CURRENT-1]} in
${files.length === 0 ? '' : `    ${files.join('|')}) _files; return ;;\n`}    ${takers.join('|')}) _message value; return ;;
  esac
  case $at in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe option options
  else
    _describe command commands
  fi
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`
}

function described(word: string, description: string): string {
  return quote(`${word.replaceAll(':', '\\:')}:${description}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
