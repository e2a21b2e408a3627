/** Entry of `npm run bench`: see options.ts for what it takes, README.md for what it measures. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../chaos/options.js'
import { coerceError } from '../src/errors.js'
import { Bed } from './bed.js'
import { createCalibration } from './calibrate.js'
import { StatusLine } from './line.js'
import { describeMachine, machineLine } from './machine.js'
import { readOptions, type BenchOptions } from './options.js'
import { resultsFolder } from './paths.js'
import { markdown, showScenario, type Report } from './report.js'
import type { ScenarioResult } from './result.js'
import { allScenarios } from './scenarios/index.js'
import { allSides } from './sides.js'

const choices = {
  scenarios: Object.fromEntries(allScenarios.map(({ name, title }) => [name, title])),
  sides: Object.fromEntries(allSides.map(({ id, title }) => [id, title])),
}

async function run(options: BenchOptions, command: string): Promise<Report> {
  const machine = describeMachine()
  const line = new StatusLine(process.stderr)
  const context = {
    options,
    sides: allSides.filter(({ id }) => options.sides.includes(id)),
    say: line.show,
    bestWidth: createCalibration(line.show, Math.min(options.jobs, 15_000), options.quick ? 1 : 2),
  }
  if (!options.json) process.stdout.write(`${machineLine(machine)}\n\n`)
  const scenarios: ScenarioResult[] = []
  const broken: string[] = []
  for (const scenario of allScenarios.filter(({ name }) => options.scenarios.includes(name))) {
    try {
      const result = await scenario.run(context)
      line.clear()
      if (!options.json) process.stdout.write(`${showScenario(result)}\n`)
      scenarios.push(result)
    } catch (thrown) {
      // What the others have measured in an hour is not thrown away for it.
      const { message } = coerceError(thrown)
      line.clear()
      process.stderr.write(`bench: ${scenario.name}: ${message}\n`)
      broken.push(scenario.name)
    }
  }
  return { command, rounds: options.rounds, machine, scenarios, broken }
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(argv, choices, process)
    if (options === undefined) return 0
    const report = await run(options, ['npm run bench --', ...argv].join(' '))
    await mkdir(resultsFolder, { recursive: true })
    const json = `${JSON.stringify(report, null, 2)}\n`
    await writeFile(join(resultsFolder, `${options.name}.json`), json)
    await writeFile(join(resultsFolder, `${options.name}.md`), markdown(report))
    process.stdout.write(options.json ? json : `Written to bench/results/${options.name}.json and .md\n`)
    return report.broken.length === 0 ? 0 : 1
  } catch (thrown) {
    process.stderr.write(`\nbench: ${coerceError(thrown).message}\n`)
    if (!(thrown instanceof UsageError)) return 1
    process.stderr.write('run "npm run bench -- --help" to see the options\n')
    return 2
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Bed.endAll().finally(() => process.exit(130)))
}
process.exitCode = await main(process.argv.slice(2))
