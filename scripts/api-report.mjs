// Writes or checks the public API's report: `node scripts/api-report.mjs [--check]`, one file an entry point in etc/.
// Needs dist/ (npm run build). An API change is then a visible diff in etc/.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const ENTRIES = {
  'bo-search': 'index',
  'bo-search-gp': 'gp/index',
  'bo-search-acquisition': 'acquisition/index',
  'bo-search-objective': 'objective/index',
  'bo-search-schedules': 'schedules/index',
  'bo-search-evaluators': 'evaluators/index',
  'bo-search-search': 'search/index',
};
const check = process.argv.includes('--check');
mkdirSync(at('etc'), { recursive: true });

let failed = false;
for (const [name, entry] of Object.entries(ENTRIES)) {
  const types = at(`dist/${entry}.d.ts`);
  if (!existsSync(types)) throw new Error(`api-report: expected ${types}; run npm run build first`);
  const config = ExtractorConfig.prepare({
    configObjectFullPath: at('package.json'),
    packageJsonFullPath: at('package.json'),
    configObject: {
      projectFolder: at('.'),
      mainEntryPointFilePath: types,
      compiler: { tsconfigFilePath: at('tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: at('etc'),
        reportTempFolder: at('temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'warning' } },
        // The report shows the surface; release tags and doc syntax are not what it guards.
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: !check,
    showVerboseMessages: false,
    messageCallback: (message) => {
      if (message.messageId === 'ae-forgotten-export') message.handled = true;
      if (message.text.includes('The target project appears to use TypeScript')) message.handled = true;
      if (message.messageId.startsWith('console-') && message.logLevel !== 'error')
        message.handled = message.messageId !== 'console-api-report-not-copied';
    },
  });
  if (result.apiReportChanged && check) {
    console.error(
      `etc/${name}.api.md: expected the report of the present API, found another; run npm run api and commit it`,
    );
    failed = true;
  }
  if (result.errorCount > 0) failed = true;
}
rmSync(at('temp'), { recursive: true, force: true });
if (failed) process.exit(1);
console.log(check ? 'the API reports in etc/ are current' : 'wrote the API reports in etc/');
