/* chat-texts.js - the texts of the chat, which is loaded after the page has been shown. */
/* SPDX-License-Identifier: MIT */

const en = {
  chatEmpty: 'Write to everybody in the call. Messages go straight from browser to browser; no ' +
    'server sees or keeps them.',
  chatField: 'Message to everybody',
  chatHint: 'Message',
  chatMessages: 'Messages',
  chatSend: 'Send',
  chatAttach: 'Send files',
  chatDrop: 'Drop files here to send them',
  chatClose: 'Close the chat',
  chatSending: 'Sending…',
  chatFailed: 'Not everybody has received this.',
  chatAgain: 'Send again',
  chatTooLong: 'This message is too long. Send it in parts.',
  chatNotNow: 'You are not in the call at the moment. The message stays here.',
  chatCopy: 'Copy',
  chatCopied: 'Message copied',
  chatNewest: 'New messages',
  chatUnread: 'Chat ({count} unread)',
  chatNews: '{name}: {text}',
};

/** @typedef {keyof typeof en} ChatKey */

/** @type {Record<ChatKey, string>} */
const ko = {
  chatEmpty: '통화 중인 모든 사람에게 메시지를 보낼 수 있습니다. 메시지는 브라우저 사이에서만 ' +
    '오가며, 서버는 보거나 저장하지 않습니다.',
  chatField: '모두에게 보낼 메시지',
  chatHint: '메시지',
  chatMessages: '메시지 목록',
  chatSend: '보내기',
  chatAttach: '파일 보내기',
  chatDrop: '여기에 파일을 놓으면 보낼 수 있습니다',
  chatClose: '채팅 닫기',
  chatSending: '보내는 중…',
  chatFailed: '아직 받지 못한 사람이 있습니다.',
  chatAgain: '다시 보내기',
  chatTooLong: '메시지가 너무 깁니다. 나누어 보내 주세요.',
  chatNotNow: '지금은 통화에 연결되어 있지 않습니다. 메시지는 그대로 남아 있습니다.',
  chatCopy: '복사',
  chatCopied: '메시지를 복사했습니다',
  chatNewest: '새 메시지',
  chatUnread: '채팅 (읽지 않음 {count})',
  chatNews: '{name}: {text}',
};

export const chatTexts = { en, ko };
