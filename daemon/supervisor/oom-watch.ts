import { readFileSync } from 'node:fs'

/** Who ended a process for want of memory. */
export type OomKiller = 'cgroup' | 'kernel'

/**
 * Tells whether the system has killed a process for want of memory since the last question, from the counters of our
 * control group and of the kernel. A SIGKILL by itself does not say so.
 */
export class OomWatch {
  readonly #read: (path: string) => string
  #cgroupKills: number
  #kernelKills: number

  /** `read` gives a file's text or throws; a test passes its own. */
  constructor(read: (path: string) => string = (path) => readFileSync(path, 'utf8')) {
    this.#read = read
    this.#cgroupKills = this.#cgroup()
    this.#kernelKills = this.#kernel()
  }

  /** The killer of a process that died just now, if want of memory was the reason. */
  killer(): OomKiller | null {
    const cgroupKills = this.#cgroup()
    const kernelKills = this.#kernel()
    const byCgroup = cgroupKills > this.#cgroupKills
    const byKernel = kernelKills > this.#kernelKills
    this.#cgroupKills = cgroupKills
    this.#kernelKills = kernelKills
    return byCgroup ? 'cgroup' : byKernel ? 'kernel' : null
  }

  #cgroup(): number {
    for (const line of this.#text('/proc/self/cgroup').split('\n')) {
      const [hierarchy, controllers = '', ...path] = line.split(':')
      const folder = path.join(':')
      if (hierarchy === '0') {
        const kills = count(this.#text(`/sys/fs/cgroup${folder}/memory.events`), 'oom_kill')
        if (kills !== undefined) return kills
      } else if (controllers.split(',').includes('memory')) {
        const kills = count(this.#text(`/sys/fs/cgroup/memory${folder}/memory.oom_control`), 'oom_kill')
        if (kills !== undefined) return kills
      }
    }
    return 0
  }

  #kernel(): number {
    return count(this.#text('/proc/vmstat'), 'oom_kill') ?? 0
  }

  #text(path: string): string {
    try {
      return this.#read(path)
    } catch {
      return ''
    }
  }
}

function count(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
