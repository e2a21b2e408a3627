import { type FromExecutor } from '../ipc/messages.js'

/** The running report; `stop` ends it. */
export interface StatsReport {
  stop(): void
}

/** Send `stats` every `intervalMs`; 0 sends none. The timer does not keep the process alive. */
export function reportStats(intervalMs: number, send: (message: FromExecutor) => void): StatsReport {
  if (intervalMs === 0) return { stop: () => undefined }
  const timer = setInterval(() => send(takeStats()), intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** What this process uses now. */
export function takeStats(): FromExecutor & { type: 'stats' } {
  const cpu = process.cpuUsage()
  return { type: 'stats', rssBytes: process.memoryUsage.rss(), cpuMs: (cpu.user + cpu.system) / 1_000 }
}
