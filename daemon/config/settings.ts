/** Where the value of an option comes from. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly key: string; readonly line?: number }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'flag'; readonly flag: string }
  /** Given by a program: a test, say. */
  | { readonly kind: 'option'; readonly key: string }
  /** Put together from several. */
  | { readonly kind: 'several'; readonly origins: readonly Origin[] }

/** What one source says about an option, as it was written. */
export interface Setting {
  readonly value: unknown
  readonly origin: Origin
}

/** Settings by option. */
export type Settings = ReadonlyMap<string, Setting>

/** All settings of some layers, of which later ones override earlier ones. */
export function mergeSettings(layers: readonly Settings[]): Map<string, Setting> {
  return new Map(layers.flatMap((layer) => [...layer]))
}

/** The origin in a few words: `default`, `rqd.config.yaml:3`, `$RQD_EXECUTORS`, `--executors`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default'
    case 'file':
      return origin.line === undefined ? `${origin.file} (${origin.key})` : `${origin.file}:${origin.line}`
    case 'environment':
      return `$${origin.name}`
    case 'flag':
      return origin.flag
    case 'option':
      return 'given'
    case 'several':
      return [...new Set(origin.origins.map(describeOrigin))].join(' + ')
  }
}

/** The option as the reader wrote it, to begin an error with: `FILE line 3: executors`, `RQD_EXECUTORS`, `--executors`. */
export function nameSetting(key: string, origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return origin.line === undefined
        ? `${origin.file}: ${origin.key}`
        : `${origin.file} line ${origin.line}: ${origin.key}`
    case 'environment':
      return origin.name
    case 'flag':
      return origin.flag
    case 'option':
    case 'default':
      return key
    case 'several':
      return origin.origins.map((each) => nameSetting(key, each)).join(' with ')
  }
}
