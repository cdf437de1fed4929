"""How the page looks: on a phone and on a desk, by day and by night, and on paper. Nothing is fetched for it."""

STYLE = """
:root { color-scheme: light dark; --paper: #f6f7f9; --sheet: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0;
  --pass: #14743a; --fail: #b42318; --unsure: #6b3fa0; --warning: #8a5a00; --info: #0b5cad; --range: #b9dfc6;
  --doubt: #f0d48a; }
@media (prefers-color-scheme: dark) { :root { --paper: #111418; --sheet: #1a1f25; --ink: #e7ebef; --soft: #9ba7b4;
  --line: #353d46; --pass: #5fcf8b; --fail: #ff8a80; --unsure: #c9a5f7; --warning: #f0c050; --info: #7db8f5;
  --range: #265c3b; --doubt: #6b5413; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 64rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: clamp(2rem, 8vw, 3.5rem); line-height: 1.1; margin: .5rem 0; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; } h3 { font-size: .95rem; margin: 1rem 0 .25rem; } p { margin: .25rem 0; }
h1.pass { color: var(--pass); } h1.fail { color: var(--fail); } h1.unsure { color: var(--unsure); }
code { font-family: ui-monospace, monospace; font-size: .9em; } a { color: var(--info); }
.summary, .role, .instead, .limit, .how, figcaption, dt { color: var(--soft); } .role { font-weight: 400; }
.badge { display: inline-block; border: 1px solid; border-radius: 1rem; padding: 0 .6rem; font-size: .9rem; }
.badge.pass, .said.within { color: var(--pass); } .badge.fail, .said.error, .severity.error { color: var(--fail); }
.badge.unsure { color: var(--unsure); } .said.warning, .severity.warning { color: var(--warning); }
.said.info, .severity.info { color: var(--info); }
nav ul { padding-left: 0; list-style: none; } .badge { flex: none; }
nav li { display: flex; gap: .4rem; align-items: baseline; margin: .25rem 0; }
dd code { display: inline-block; max-width: 100%; }
article { background: var(--sheet); border: 1px solid var(--line); border-left: 5px solid var(--pass);
  border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
article.fail { border-left-color: var(--fail); } article.unsure { border-left-color: var(--unsure); }
figure { margin: .75rem 0; } figcaption { font-size: .85rem; } img { max-width: 100%; height: auto; display: block; }
.strip { display: grid; grid-template-columns: repeat(6, 1fr); gap: .25rem; } .strip img { width: 100%; }
.wave { display: block; width: 100%; height: 5rem; fill: var(--info); }
.measures, .findings { list-style: none; padding: 0; margin: 0; }
.measures li { display: grid; grid-template-columns: 9rem 13rem 1fr; column-gap: 1rem; padding: .4rem 0;
  border-top: 1px solid var(--line); align-items: center; }
.measures .limit { grid-column: 3; font-size: .85rem; } .measures .said { grid-column: 2; grid-row: 2; }
.measures .how { grid-column: 3; font-size: .75rem; } .said, .severity { font-weight: 600; font-size: .9rem; }
.bar { display: block; width: 100%; height: 20px; } .bar .axis { fill: var(--line); }
.bar .allowed { fill: var(--range); stroke: var(--pass); } .bar .doubtful { fill: var(--doubt); }
.bar .mark { stroke: var(--ink); stroke-width: 4; } .bar .mark.error { stroke: var(--fail); stroke-dasharray: 5 2; }
.bar .mark.warning { stroke: var(--warning); stroke-dasharray: 8 2; }
.findings li { border-top: 1px solid var(--line); padding: .5rem 0; }
.findings.short li { padding: .25rem 0; }
.steps, .shares { margin: .25rem 0; padding-left: 1.5rem; } .steps li { padding: .15rem 0; }
.loss { border: 1px solid; border-radius: .25rem; padding: 0 .35rem; font-size: .8rem; white-space: nowrap; }
.loss.lossless, .loss.none { color: var(--pass); } .loss.lossy { color: var(--warning); }
.loss.creative { color: var(--fail); } .clears, .file, .when { color: var(--soft); }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; } .sides.alone { grid-template-columns: 1fr; }
.sides h3 { margin-top: .5rem; } .sides .file { font-size: .85rem; }
.sides:not(.alone) .strip { grid-template-columns: repeat(3, 1fr); }
.both { list-style: none; padding: 0; margin: 0; }
.both > li { display: grid; grid-template-columns: 11rem 1fr 1fr; gap: .25rem 1.5rem; padding: .4rem 0;
  border-top: 1px solid var(--line); }
.both.alone > li { grid-template-columns: 11rem 1fr; }
.both .title { display: block; line-height: 1.3; } .both .title .limit { display: block; }
.both .cell { display: grid; grid-template-columns: auto 1fr; column-gap: .6rem; align-content: start; }
.both .bar { grid-column: 1 / -1; } .both .said { text-align: right; } .both .when { display: none; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .1rem 1rem; margin: .25rem 0; font-size: .9rem; }
dd { margin: 0; }
.more table { width: 100%; border-collapse: collapse; font-size: .9rem; } .more th { text-align: left; }
.more td, .more th { border-top: 1px solid var(--line); padding: .35rem .5rem .35rem 0; vertical-align: top; }
@media (max-width: 40rem) { body { padding: .5rem; } article { padding: .75rem; }
  .strip { grid-template-columns: repeat(3, 1fr); } dl { grid-template-columns: 1fr; } dd { margin-bottom: .35rem; }
  .measures li { grid-template-columns: 1fr auto; } .measures .bar { grid-column: 1 / 3; }
  .measures .value { text-align: right; } .measures .limit { grid-column: 1; }
  .measures .said { grid-column: 2; grid-row: auto; text-align: right; } .measures .how { grid-column: 1 / 3; }
  .sides { grid-template-columns: 1fr; gap: .25rem; } .both > li, .both.alone > li { grid-template-columns: 1fr; }
  .both .title .limit { display: inline; } .both .cell { grid-template-columns: 3.2rem auto 1fr; }
  .both .when { display: inline; } }
@media print { :root { font-size: 9.5pt; color-scheme: light;
  --paper: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb;
  --pass: #14743a; --fail: #b42318; --unsure: #6b3fa0; --warning: #8a5a00; --info: #0b5cad; --range: #b9dfc6;
  --doubt: #f0d48a; }
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; line-height: 1.35; }
  article { -webkit-box-decoration-break: clone; box-decoration-break: clone; padding: 3mm 4mm;
    margin: 3mm .5mm 3mm 0; }
  article, figure, li { break-inside: avoid; } h2, h3, h2 + .summary { break-after: avoid; }
  h1 { font-size: 24pt; } h3 { margin-top: 2mm; } nav a { color: inherit; text-decoration: none; }
  .picture img { max-height: 32mm; width: auto; } .strip { grid-template-columns: repeat(6, 1fr); }
  .wave { height: 14mm; } svg, .badge { print-color-adjust: exact; }
  .measures li { grid-template-columns: 30mm 30mm 1fr 42mm; column-gap: 4mm; padding: .8mm 0; }
  .measures .value { text-align: left; } .measures .bar { grid-column: 3; }
  .measures .limit { grid-column: 3; } .measures .said { grid-column: 4; grid-row: 1; text-align: left; }
  .measures .how { grid-column: 1 / 3; grid-row: 2; } .findings li { padding: 1.5mm 0; }
  dl { grid-template-columns: 24mm 1fr; } dd { margin-bottom: 0; }
  .sides { grid-template-columns: 1fr 1fr; gap: 6mm; } .sides.alone { grid-template-columns: 1fr; }
  .sides:not(.alone) .strip { grid-template-columns: repeat(6, 1fr); gap: .5mm; }
  article.treated { break-inside: auto; } .sides, .steps { break-inside: avoid; } .sides { break-after: avoid; }
  .findings.short li { padding: .5mm 0; } .steps li { padding: 0; } .both .bar { height: 16px; }
  .both > li { grid-template-columns: 34mm 1fr 1fr; gap: 0 6mm; padding: .4mm 0; }
  .both.alone > li { grid-template-columns: 34mm 1fr; }
  .both .cell { grid-template-columns: auto 1fr; } .both .when { display: none; } }
"""
