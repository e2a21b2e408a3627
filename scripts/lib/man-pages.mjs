// The manual pages, made from the command lines (commander), from tables of docs/ and from man-text.mjs.
import { configText, rqctlText, rqdText } from './man-text.mjs'
import {
  bold,
  escape,
  example,
  heading,
  list,
  option,
  paragraph,
  prose,
  sentence,
  subheading,
  tableBelow,
  title,
} from './roff.mjs'

// A heading begins a paragraph by itself.
const page = (parts) =>
  `${parts
    .flat(Infinity)
    .filter((part) => part !== '')
    .join('\n')}\n`.replace(/^(\.S[HS] .*\n)\.PP\n/gm, '$1')
const seeAlso = (...names) => [
  heading('See also'),
  names.map(([name, section], i) => `.BR ${escape(name)} (${section})${i < names.length - 1 ? ' ,' : ''}`),
]
const named = (name, text) => [heading('Name'), `${escape(name)} \\- ${escape(text)}`]
const examples = (all) => [heading('Examples'), all.map(example)]
const terms = (name, items) => [heading(name), list(items.map(([term, text]) => [term, sentence(text)]))]

/** `rqd(8)`. @param signals docs/signals.md, or nothing where there is none */
export function rqdPage(program, { date, version, signals = '' }) {
  const [, ...rows] = tableBelow(signals, 'signal')
  return page([
    title({ name: 'rqd', section: 8, date, version }),
    named('rqd', rqdText.name),
    synopsis('rqd', program),
    heading('Description'),
    rqdText.description.map(paragraph),
    heading('Options'),
    paragraph('Spans of time are seconds, or text such as 5s, 3m, 1h, 2d; -1 is for ever.'),
    groupedOptions(program),
    rows.length === 0
      ? []
      : terms(
          'Signals',
          rows.map(([term, ...cells]) => [term, cells.filter(Boolean).join('; ')]),
        ),
    terms('Environment', rqdText.environment),
    terms('Files', rqdText.files),
    terms('Exit status', rqdText.exits),
    examples(rqdText.examples),
    seeAlso(['rqctl', 1], ['rqd.config', 5], ['redis-server', 1]),
  ])
}

/** `rqctl(1)`. */
export function rqctlPage(program, { date, version }) {
  return page([
    title({ name: 'rqctl', section: 1, date, version }),
    named('rqctl', rqctlText.name),
    synopsis('rqctl', program),
    heading('Description'),
    rqctlText.description.map(paragraph),
    heading('Options'),
    groupedOptions(program),
    heading('Commands'),
    groups(program.createHelp().visibleCommands(program), (each) => each.helpGroup()).map(([name, commands]) => [
      subheading(name.replace(/:$/, '')),
      commands.map((each) => commandOf(each, [])),
    ]),
    terms('Environment', rqctlText.environment),
    terms('Files', rqctlText.files),
    terms('Exit status', rqctlText.exits),
    examples(rqctlText.examples),
    seeAlso(['rqd', 8], ['rqd.config', 5]),
  ])
}

/** `rqd.config(5)`. @param configuration docs/configuration.md */
export function configPage({ date, version, configuration }) {
  const [, ...rows] = tableBelow(configuration, '| Option |')
  return page([
    title({ name: 'rqd.config', section: 5, date, version }),
    named('rqd.config', configText.name),
    heading('Description'),
    paragraph(
      'Every option of rqd(8) can stand in a file, in the environment or on the command line. The command line wins over the environment, that over the file, that over the default. rqd --print-config shows what comes of it.',
    ),
    paragraph(
      'A file is JSON, YAML, TOML or a JavaScript module, by the end of its name. Names may be written results-ttl, results_ttl, resultsTtl or RESULTS_TTL. A name that is no option is refused, and so is a value of a wrong type. Spans of time are seconds, or text such as 5s, 3m, 1h, 2d; -1 is for ever. Paths are relative to the file.',
    ),
    heading('Options'),
    rows.map(([name, flag, environment, rqNames, fallback, unit, meaning]) => {
      const ways = [
        ['Flag', flag],
        ['Environment', environment],
        ["RQ's name", rqNames],
        ['Default', fallback],
        ['Unit', unit],
      ].filter(([, way]) => !['', '–', '-'].includes(way))
      return [
        `.TP\n${bold(name)}\n${prose(sentence(meaning))}`,
        ways.flatMap(([what, way]) => ['.br', `${escape(what)}: ${escape(way)}`]),
      ]
    }),
    terms('Files', configText.files),
    examples(configText.examples),
    seeAlso(['rqd', 8], ['rqctl', 1]),
  ])
}

function synopsis(name, program) {
  const ways = program
    .usage()
    .split('\n')
    .map((line) => line.trim().replace(new RegExp(`^${name} `), ''))
  return [heading('Synopsis'), ways.map((way, i) => [i > 0 ? '.br' : '', `${bold(name)} ${escape(way)}`])]
}

function groupedOptions(program) {
  const options = program.createHelp().visibleOptions(program)
  const titles = groups(options, (each) => each.helpGroupHeading ?? '')
  return titles.map(([name, all]) => [name === '' ? [] : subheading(name.replace(/:$/, '')), all.map(option)])
}

function commandOf(command, path) {
  const help = command.createHelp()
  const words = [...path, command.name()]
  const inner = help.visibleCommands(command).filter((each) => each.name() !== 'help')
  const options = help.visibleOptions(command).filter((each) => each.long !== '--help')
  const text = command.description() === '' ? command.summary() : command.description()
  return [
    `.TP\n${bold(words.join(' '))} ${escape(command.usage())}`.trimEnd(),
    prose(sentence(text)),
    options.length === 0 ? [] : ['.RS', options.map(option), '.RE'],
    inner.map((each) => commandOf(each, words)),
  ]
}

/** Items by what they are grouped under, in order. */
function groups(items, groupOf) {
  const found = new Map()
  for (const item of items) found.set(groupOf(item), [...(found.get(groupOf(item)) ?? []), item])
  return [...found]
}
