import { performance } from 'node:perf_hooks'

/**
 * Announce a step on standard error, do it, and say how long it took. Standard output stays free for results.
 * @throws whatever the step throws
 */
export async function step(title, work) {
  const begin = performance.now()
  process.stderr.write(`${title} … `)
  try {
    const result = await work()
    process.stderr.write(`done in ${((performance.now() - begin) / 1000).toFixed(1)} s\n`)
    return result
  } catch (error) {
    process.stderr.write('failed\n')
    throw error
  }
}
