import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'

/** One line of a page for Prometheus. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const PROGRAM = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
samples = [[s.name, s.labels, s.value] for family in text_string_to_metric_families(sys.stdin.read()) for s in family.samples]
json.dump(samples, sys.stdout)
`

/** Read a page with Prometheus' own parser (Debian's python3-prometheus-client), which refuses what is malformed. */
export function parseMetrics(t: Test, page: string): Sample[] {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', PROGRAM], { input: page, encoding: 'utf8' })
  t.equal(status, 0, stderr)
  const samples = JSON.parse(stdout) as [string, Record<string, string>, number][]
  return samples.map(([name, labels, value]) => ({ name, labels, value }))
}

/** Why the parser cannot be used here; false if it can. */
export function withoutParser(): string | false {
  const { status } = spawnSync('/usr/bin/python3', ['-c', 'import prometheus_client'])
  return status === 0 ? false : 'python3-prometheus-client is not installed'
}
