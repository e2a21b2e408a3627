#!/usr/bin/env node
import { keepCompiledCode } from '../compile-cache.js'

keepCompiledCode(process.env)
const { main } = await import('../cli/rqctl.js')

// A reader that has seen enough (`rqctl info | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  env: process.env,
})
