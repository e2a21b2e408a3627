import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What a result was measured on. No name of the host: results are published. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  readonly redis: string
  /** Load before the run: what else kept the machine busy. */
  readonly load: number
}

export function describeMachine(): Machine {
  const all = cpus()
  const [, redis = 'unknown'] = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? []
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // Distributions put names of their own behind the version.
    kernel: /^[\d.]+/.exec(release())?.[0] ?? 'unknown',
    node: process.versions.node,
    redis,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}

export function machineLine({ cores, cpu, memoryGiB, kernel, node, redis, load }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, Redis ${redis}, load before ${load}`
}
