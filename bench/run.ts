const BENCHMARKS: Record<string, string> = {
  engines: 'the embedded object store beside LocalStack: PUT, GET, list, start-up, memory',
  cold: 'process start to first answer as a Lambda behind an ALB, beside Express alone and the service unbundled',
  form: 'extra memory of a form of 1.9 MB, as JSON and as multipart, and of decoding',
  invoke: 'CPU an invocation of GET /v1/me, beside other adapters and frameworks with the same middleware',
  import: 'rows a second and peak memory of imports, beside a bare csv-parse + BatchWriteItem loop',
  thumbnail: 'thumbnails a second and peak memory for 12-megapixel JPEGs, beside bare sharp',
  users: 'users a second of bulk put and bulk get, beside the bare SDK on the same engine',
};

const HELP = `Benchmarks: each prints its figures beside something comparable of the same run. The machine should have nothing else to do.

${Object.entries(BENCHMARKS)
  .map(([name, about]) => `  npm run bench -- ${name.padEnd(12)} ${about}`)
  .join('\n')}
`;

const [name = '--help', ...rest] = process.argv.slice(2);
if (!Object.hasOwn(BENCHMARKS, name)) {
  process.stdout.write(HELP);
  process.exitCode = name === '--help' ? 0 : 2;
} else {
  const { run } = (await import(`./${name}.ts`)) as { run(args: string[]): Promise<void> };
  await run(rest);
}
