/* texts.js - the words of this page in English and Korean. */
/* SPDX-License-Identifier: MIT */

const en = {
  title: 'peerface: inspect',
  product: 'inspect',
  language: 'Language',
  recorded: 'A recorded call',
  simulator: 'The simulator',

  dropTitle: 'Open the records of a call',
  dropHint: 'Drop files here that hold the events of room.record(), of one member or of several.',
  dropPrivacy: 'They are replayed in this page; nothing is sent anywhere. '
    + 'A record holds names, network addresses and tickets: mind whom you give it to.',
  chooseFiles: 'Choose files',
  howTo: 'How to record',
  howToText: 'Make the room with createRoom({record: true}). When something has gone wrong, save '
    + 'room.record().events in a file, one for each member, and open the files here.',
  addFiles: 'Open other files',
  opening: 'Replaying…',
  opened: '{files}: {events} events, {commands} commands, {misfits} differences.',
  refusedVersion: '{file} is an event log of version {version}; this page reads version {ours}. '
    + 'Open it with the page of the version of peerface that recorded it.',
  refusedNone: '{file} is not an event log: its first line is another one.',
  refusedSize: '{file} is too large for this page.',
  damaged: '{file} ends with {count} bytes that are no event; what comes before them is shown.',
  notWhole: '{file} has lost its older half, as long records do. The room that it began with is '
    + 'not known: differences below mean little.',
  shifted: 'The clock of {file} is moved by {count} ms, so that no message arrives before it is '
    + 'sent.',

  toFirst: 'First',
  toPrevious: 'Step back',
  toNext: 'Step',
  toLast: 'Last',
  place: '{row} of {rows}, at {time} s',
  filter: 'List',
  filterAll: 'Everything',
  filterMessages: 'Messages',
  filterEvents: 'Events only',
  filterShown: 'What the page shows',
  filterMisfits: 'Differences',
  search: 'Search',
  nextMisfit: 'Next difference ({count})',
  toFailure: 'Go to the failure',
  nothing: 'Nothing of that kind.',
  what: 'What happens',
  time: 'Time, s',
  diagram: 'Who',
  rowsLabel: 'Events and commands in the order of time',
  keys: 'Arrow keys go from row to row, Shift with left and right from event to event.',

  relay: 'relay',
  to: 'to {name}',
  from: 'from {name}',
  details: 'The chosen row and the state after it',
  chosen: 'The chosen row',
  states: 'The state after this event',
  eventOf: 'An event of {name}, {time} s after the beginning',
  commandOf: 'A command that the core gives to {name}, at {time} s',
  noteOf: 'At {time} s',
  receivedBy: 'Received by {name} {ms} ms later',
  sentBy: 'Sent by {name} {ms} ms earlier',
  misfit: 'The core of this page gives other commands than the one that was recorded: {what}.',
  unsent: 'The core of this page gives other commands than the one that was recorded: '
    + '{name} does not send this.',
  notDue: 'no timeout is due yet',
  notCommanded: 'what it answers was not commanded',
  empty: 'empty',
  open: 'Show',
  bytes: '({count} bytes)',

  room: 'Room',
  memberId: 'Member id',
  session: 'Relay session',
  attempts: 'attempts',
  roles: 'Role',
  prepared: 'Prepared offer',
  deadline: 'Next timeout',
  inSeconds: 'in {count} s',
  noPeers: 'No peers.',
  counted: 'Counted:',
  gone: 'gone',
  peer: 'Peer',
  shownAs: 'Shown as',
  connection: 'Connection',
  recovery: 'Recovery',
  signaling: 'Signaling',

  seed: 'Seed',
  people: 'People',
  peopleDrawn: 'as drawn',
  run: 'Run',
  stop: 'Stop',
  faults: 'What may go wrong',
  faultsAll: 'All',
  faultsNone: 'Nothing',
  delay: 'Late packets',
  wire: 'Lost WebSockets',
  relayFaults: 'Relay restarts and moves',
  network: 'Networks fail and change',
  machine: 'Sleep and background',
  devices: 'Devices',
  browser: 'Operations of the browser fail',
  pages: 'Reloads, crashes, second tabs',
  hostile: 'Hostile members',
  peopleFaults: 'People use everything',
  simHint: 'The real core and the real relay, in virtual time. A seed is a whole call: its people, '
    + 'their browsers, and all that goes wrong. The same seed is the same call, byte for byte.',
  running: 'Running: {steps} steps, {time} s of the call…',
  ranWell: 'Seed {seed}: {steps} steps, {time} s. Every check held.',
  ranBadly: 'Seed {seed} failed at step {step}, {time} s: {failure}',
  stopped: 'Seed {seed}: stopped after {steps} steps, {time} s.',
  isCut: 'The list ends before the call does: it would be too long.',
  seedWrong: 'A seed is a number from 0 to 18446744073709551615.',
  regression: 'To keep it: add “{line}” to tests/sim/regressions.txt. Natively: {command}',
  asLogs: 'Open as records',
  saveLogs: 'Save the records',
  noLogs: 'No page has a complete record.',
  play: 'Play',
  pause: 'Pause',
  step: 'Step',
  speed: 'Speed',
  position: 'Step {step} of {steps}, {time} s',
  timeline: 'Step of the simulation',
  picture: 'People, wires and relay',
  pictureLegend: 'Thin: WebSocket. Thick: connection between people; dashed while it does not '
    + 'work.',
  offline: 'offline',
  asleep: 'asleep',
  background: 'in the background',
  noPage: 'no page',
  cutOff: 'relay cut off',
  hostileMember: 'hostile',
  down: 'down',
  faultsOver: 'no more faults',
};

/** @typedef {keyof typeof en} Key */

/** @type {Record<Key, string>} */
const ko = {
  title: 'peerface: 들여다보기',
  product: '들여다보기',
  language: '언어',
  recorded: '기록된 통화',
  simulator: '시뮬레이터',

  dropTitle: '통화 기록 열기',
  dropHint: 'room.record()의 이벤트를 담은 파일을 여기에 놓으세요. 한 사람 것도, 여러 사람 것도 됩니다.',
  dropPrivacy: '기록은 이 페이지 안에서만 재생되며 어디로도 보내지 않습니다. '
    + '기록에는 이름, 네트워크 주소, 티켓이 들어 있으니 아무에게나 주지 마세요.',
  chooseFiles: '파일 선택',
  howTo: '기록하는 법',
  howToText: 'createRoom({record: true})로 방을 만드세요. 문제가 생기면 사람마다 '
    + 'room.record().events를 파일로 저장해 여기에서 여세요.',
  addFiles: '다른 파일 열기',
  opening: '재생하는 중…',
  opened: '{files}: 이벤트 {events}개, 명령 {commands}개, 다른 점 {misfits}개.',
  refusedVersion: '{file} 파일은 버전 {version}의 이벤트 로그입니다. 이 페이지는 버전 {ours}만 '
    + '읽습니다. 기록한 버전의 peerface 페이지에서 여세요.',
  refusedNone: '{file} 파일은 이벤트 로그가 아닙니다. 첫 줄이 다릅니다.',
  refusedSize: '{file} 파일은 이 페이지에서 열기에 너무 큽니다.',
  damaged: '{file} 파일의 마지막 {count}바이트는 이벤트가 아닙니다. 그 앞까지 보여 줍니다.',
  notWhole: '{file} 파일은 길어서 앞의 절반을 잃었습니다. 처음 상태를 알 수 없으므로 '
    + '아래의 다른 점은 큰 뜻이 없습니다.',
  shifted: '메시지가 보내기 전에 도착하지 않도록 {file} 파일의 시계를 {count}ms 옮겼습니다.',

  toFirst: '처음',
  toPrevious: '이전 단계',
  toNext: '다음 단계',
  toLast: '끝',
  place: '{rows}개 중 {row}번째, {time}초',
  filter: '목록',
  filterAll: '모두',
  filterMessages: '메시지',
  filterEvents: '이벤트만',
  filterShown: '페이지에 보이는 것',
  filterMisfits: '다른 점',
  search: '찾기',
  nextMisfit: '다음 다른 점 ({count})',
  toFailure: '실패한 곳으로',
  nothing: '그런 것은 없습니다.',
  what: '일어난 일',
  time: '시각(초)',
  diagram: '누구',
  rowsLabel: '시간 순서로 나열한 이벤트와 명령',
  keys: '화살표 키로 줄을 옮기고, Shift와 좌우 화살표로 이벤트 사이를 옮깁니다.',

  relay: '릴레이',
  to: '→ {name}',
  from: '← {name}',
  details: '고른 줄과 그다음 상태',
  chosen: '고른 줄',
  states: '이 이벤트 다음의 상태',
  eventOf: '{name}의 이벤트, 시작 후 {time}초',
  commandOf: '코어가 {name}에게 주는 명령, {time}초',
  noteOf: '{time}초',
  receivedBy: '{ms}ms 뒤 {name} 받음',
  sentBy: '{ms}ms 전 {name} 보냄',
  misfit: '이 페이지의 코어가 내는 명령이 기록 때와 다릅니다: {what}.',
  unsent: '이 페이지의 코어가 내는 명령이 기록 때와 다릅니다: {name} 쪽에서는 이것을 보내지 않습니다.',
  notDue: '타임아웃 시각이 아직 아닙니다',
  notCommanded: '이것이 답하는 명령이 없었습니다',
  empty: '비어 있음',
  open: '보기',
  bytes: '({count}바이트)',

  room: '방',
  memberId: '멤버 ID',
  session: '릴레이 세션',
  attempts: '시도',
  roles: '역할',
  prepared: '준비된 오퍼',
  deadline: '다음 타임아웃',
  inSeconds: '{count}초 뒤',
  noPeers: '상대가 없습니다.',
  counted: '집계:',
  gone: '없음',
  peer: '상대',
  shownAs: '보이는 상태',
  connection: '연결',
  recovery: '복구',
  signaling: '시그널링',

  seed: '시드',
  people: '사람 수',
  peopleDrawn: '시드대로',
  run: '실행',
  stop: '멈춤',
  faults: '일어날 수 있는 문제',
  faultsAll: '모두',
  faultsNone: '없음',
  delay: '늦는 패킷',
  wire: '끊기는 WebSocket',
  relayFaults: '릴레이 재시작과 이동',
  network: '네트워크 장애와 변경',
  machine: '절전과 백그라운드',
  devices: '장치',
  browser: '브라우저 작업 실패',
  pages: '새로 고침, 비정상 종료, 두 번째 탭',
  hostile: '악의적인 멤버',
  peopleFaults: '사람들이 모든 기능을 씀',
  simHint: '진짜 코어와 진짜 릴레이를 가상 시간에서 돌립니다. 시드 하나가 통화 하나입니다. 사람, '
    + '브라우저, 생기는 문제까지 모두 들어 있습니다. 같은 시드는 언제나 똑같은 통화입니다.',
  running: '실행 중: {steps}단계, 통화 시간 {time}초…',
  ranWell: '시드 {seed}: {steps}단계, {time}초. 모든 검사를 통과했습니다.',
  ranBadly: '시드 {seed}: {step}단계({time}초)에서 실패했습니다: {failure}',
  stopped: '시드 {seed}: {steps}단계({time}초)에서 멈췄습니다.',
  isCut: '너무 길어서 목록이 통화보다 먼저 끝납니다.',
  seedWrong: '시드는 0부터 18446744073709551615까지의 수입니다.',
  regression: '남겨 두려면 tests/sim/regressions.txt에 “{line}” 줄을 추가하세요. 네이티브 실행: {command}',
  asLogs: '기록으로 열기',
  saveLogs: '기록 저장',
  noLogs: '온전한 기록이 있는 페이지가 없습니다.',
  play: '재생',
  pause: '일시 정지',
  step: '한 단계',
  speed: '속도',
  position: '{steps}단계 중 {step}단계, {time}초',
  timeline: '시뮬레이션 단계',
  picture: '사람, 연결, 릴레이',
  pictureLegend: '가는 선: WebSocket. 굵은 선: 사람 사이의 연결, 끊겼을 때는 점선.',
  offline: '오프라인',
  asleep: '절전',
  background: '백그라운드',
  noPage: '페이지 없음',
  cutOff: '릴레이와 끊김',
  hostileMember: '악의적',
  down: '꺼짐',
  faultsOver: '이제 문제 없음',
};

/** @typedef {'en'|'ko'} Language */

const tables = { en, ko };

/** @param {readonly string[]} wanted language tags, best first @returns {Language} */
export function chooseLanguage(wanted) {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'en' || primary === 'ko') return primary;
  }
  return 'en';
}

/** Attributes that name a key, and the attribute that its text goes to; '' is the content. */
const places = /** @type {const} */ ([
  ['data-text', ''], ['data-label', 'aria-label'], ['data-placeholder', 'placeholder'],
]);

export class Texts {
  /** @param {Language} language */
  constructor(language) {
    this.language = language;
  }

  /** @param {Key} key @param {Record<string, string|number>} [values] */
  get(key, values = {}) {
    return tables[this.language][key].replace(/\{(\w+)\}/g,
      (all, name) => String(values[name] ?? all));
  }

  /** @param {ParentNode} root */
  apply(root) {
    for (const [marker, attribute] of places) {
      for (const element of root.querySelectorAll(`[${marker}]`)) {
        const text = this.get(/** @type {Key} */ (element.getAttribute(marker)));
        if (attribute) element.setAttribute(attribute, text);
        else element.textContent = text;
      }
    }
  }
}

/** Of all languages, for the test that compares them. */
export const languages = /** @type {Record<Language, Record<Key, string>>} */ (tables);
