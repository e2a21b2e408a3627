import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { tempFolder } from '../daemon/control/harness.js'
import { projectRoot } from '../helpers/paths.js'
import { promtool, withoutPromtool } from '../helpers/promtool.js'

const folder = join(projectRoot, 'contrib/prometheus')
const documented = new Set(
  [...readFileSync(join(projectRoot, 'docs/monitoring.md'), 'utf8').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name),
)

/** The metrics that an expression names. */
function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b(?:rqd|process)_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
}

t.test(
  'C11: the alert rules are valid, and fire when they should and only then',
  { skip: withoutPromtool() },
  async (t) => {
    for (const args of [
      ['check', 'rules', 'rqd.rules.yml'],
      ['test', 'rules', 'rqd.rules.test.yml'],
    ]) {
      const { status, output } = promtool(args, folder)
      t.equal(status, 0, output)
    }
  },
)

t.test('C11: each alert has a unit test in which it fires', async (t) => {
  const rules = readFileSync(join(folder, 'rqd.rules.yml'), 'utf8')
  const tests = readFileSync(join(folder, 'rqd.rules.test.yml'), 'utf8')
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name ?? '')
  t.ok(alerts.length > 5)
  for (const alert of alerts) t.match(tests, new RegExp(`alertname: ${alert}\\n +exp_alerts:`), alert)
})

t.test('the alert rules use metrics that are there', async (t) => {
  const rules = readFileSync(join(folder, 'rqd.rules.yml'), 'utf8')
  const used = metricsIn([...rules.matchAll(/expr:(.*?)(?=\n +(?:for|labels):)/gs)].map(([, text]) => text).join('\n'))
  t.ok(used.length > 5)
  for (const name of used) t.ok(documented.has(name), name)
})

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
}

t.test(
  'C11: the Grafana dashboard asks for metrics that are there, in valid PromQL',
  { skip: withoutPromtool() },
  async (t) => {
    const dashboard = JSON.parse(readFileSync(join(projectRoot, 'contrib/grafana/rqd.json'), 'utf8')) as Dashboard
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    t.ok(expressions.length > 10)
    for (const name of expressions.flatMap(metricsIn)) t.ok(documented.has(name), name)
    // Grafana fills in its variables before Prometheus sees them.
    const rules = expressions.map((expr, i) => {
      const filled = expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*').replaceAll('$tenant', '.*')
      return { record: `panel:${i}`, expr: filled }
    })
    const file = join(await tempFolder(t), 'panels.json')
    await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }))
    const { status, output } = promtool(['check', 'rules', file], projectRoot)
    t.equal(status, 0, output)
  },
)
