// The URLs under which callers reach the edge: what is signed for one of them is meant for this bank.
import type { Config } from '#chassis/config.ts';

/** Where callers reach the edge. */
export interface PublicUrls {
  /** Says that the edge listens on a port: where no URLs are configured, those of its ports are its own. */
  listening(port: number): void;
  /** The first of them: the issuer of the tokens of partners. */
  issuer(): string;
  /** Whether a URL is that of an RPC here. */
  isOf(url: string, rpc: string): boolean;
}

/** Reads `EDGE_PUBLIC_URLS`. */
export function publicUrls({ EDGE_PUBLIC_URLS }: Pick<Config, 'EDGE_PUBLIC_URLS'>): PublicUrls {
  const configured = EDGE_PUBLIC_URLS.split(',').filter((url) => url !== '');
  const urls = [...configured];
  return {
    listening(port) {
      if (configured.length === 0) urls.push(`http://127.0.0.1:${port}`, `http://localhost:${port}`);
    },
    issuer: () => urls[0] ?? '',
    isOf(url, rpc) {
      const said = URL.parse(url);
      return said !== null && urls.some((own) => `${said.origin}${said.pathname}` === `${own}/${rpc}`);
    },
  };
}
