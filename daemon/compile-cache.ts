import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Keep the compiled code of what is loaded from here on for the next start, where this Node can (22.8 and newer). Not in
 * its default place below /tmp: others could have put code there for us to run. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export function keepCompiledCode(env: Readonly<Record<string, string | undefined>>): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }
  if (enableCompileCache === undefined) return
  try {
    enableCompileCache(compileCacheFolder(env, homedir()))
  } catch {
    // A user without a home: it only takes longer.
  }
}

/** In the user's own folder for caches: systemd's `$CACHE_DIRECTORY`, else `$XDG_CACHE_HOME/rqd`, else `~/.cache/rqd`. */
export function compileCacheFolder(env: Readonly<Record<string, string | undefined>>, home: string): string {
  // systemd joins several folders with colons; the first is the unit's own.
  const ofUnit = env['CACHE_DIRECTORY']?.split(':')[0]
  if (ofUnit !== undefined && ofUnit !== '') return ofUnit
  const ofUser = env['XDG_CACHE_HOME']
  return join(ofUser === undefined || ofUser === '' ? join(home, '.cache') : ofUser, 'rqd')
}
