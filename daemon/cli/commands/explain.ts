import type { Command } from 'commander'
import { factLabel } from '../../../src/explain/fact-label.js'
import type { Explanation, Fact, Verdict } from '../../../src/explain/explanation.js'
import type { Context, Run } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { printable } from '../output.js'

export function addExplain(program: Command, run: Run): void {
  program
    .command('explain')
    .summary('say why a job does not run, or how it ended')
    .description(
      'Say why a job does not run, or how it ended: what keeps it, what shows that, and what can be done. Asks the ' +
        'daemon, or Redis itself where none runs or --url or --prefix is given. Exit code 1 if there is no such job.',
    )
    .argument('<id>', 'id of the job')
    .action(
      run(async (context, command) => {
        const [jobId = ''] = command.args
        const explanation = await context.withData((data) => data.call('explain', { jobId }))
        context.answer(explanation, () => describe(explanation, context))
        return explanation.exists ? exitCodes.ok : exitCodes.failed
      }),
    )
}

function describe({ jobId, description, status, queue, verdicts, facts }: Explanation, context: Context): string {
  const { colours } = context
  const state = [status, queue === null ? null : `queue ${queue}`].filter((part) => part !== null).join(', ')
  const title = `${colours.bold(printable(jobId))}${state === '' ? '' : `  ${colours.dim(printable(state))}`}\n`
  const call = description === null ? [] : [{ name: 'call', value: description, text: description }]
  const all = [...verdicts.flatMap(({ evidence }) => evidence), ...call, ...facts]
  const labelWidth = Math.min(MOST_LABEL, Math.max(0, ...all.map(({ name }) => factLabel(name).length)))
  const parts = verdicts.map((verdict, i) => verdictText(verdict, i, labelWidth, context))
  const about = factsText([...call, ...facts], labelWidth, context)
  return [title, ...parts, about === '' ? '' : `\n${colours.dim('The job')}\n${about}`].join('')
}

/** Labels that are longer stand for themselves. */
const MOST_LABEL = 28
const INDENT = 2
const GAP = 2

function verdictText({ sentence, evidence, next }: Verdict, i: number, labelWidth: number, context: Context): string {
  const { colours } = context
  const headline = wrap(`${i === 0 ? '' : 'And: '}${printable(sentence)}`, 0, context)
  const shown = i === 0 ? headline.split('\n').map(colours.bold).join('\n') : headline
  const todo = next === null ? '' : `${wrap(`Next: ${printable(next)}`, INDENT + GAP, context, INDENT)}\n`
  return `\n${shown}\n${factsText(evidence, labelWidth, context)}${todo === '' ? '' : colours.cyan(todo)}`
}

function factsText(facts: readonly Fact[], labelWidth: number, context: Context): string {
  const indent = INDENT + labelWidth + GAP
  return facts
    .map(({ name, text }) => {
      const label = printable(factLabel(name)).padEnd(labelWidth)
      const lines = wrap(`${' '.repeat(INDENT)}${label}${' '.repeat(GAP)}${printable(text)}`, indent, context)
      return `${context.colours.dim(lines.slice(0, INDENT + label.length))}${lines.slice(INDENT + label.length)}\n`
    })
    .join('')
}

/** Break a line between words so that it fits the screen; further lines are indented. */
function wrap(line: string, indent: number, { width }: Context, first = 0): string {
  const text = `${' '.repeat(first)}${line}`
  if (width === undefined || text.length <= width || width - indent < 20) return text
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const margin = rest.length - rest.trimStart().length
    const at = rest.lastIndexOf(' ', width)
    const end = at > Math.max(indent, margin) ? at : width
    lines.push(rest.slice(0, end))
    rest = ' '.repeat(indent) + rest.slice(end).trimStart()
  }
  return [...lines, rest].join('\n')
}
