// Strings of the audience's page. One entry a key: [中文, English].
export const audience = {
  "audience.page": ["现场同步", "Live"],
  "audience.scores": ["比分", "Scores"],
  "audience.question": ["题目", "Question"],
  "audience.now": ["现在", "Now"],
  "audience.order": ["抢答先后", "Who pressed when"],
  "audience.left": ["剩余", "Left"],
  "audience.hold": ["请留意舞台", "Please watch the stage"],
  "audience.media.audio": ["音频题，请听现场播放", "A sound question: listen in the hall"],
  "audience.media.video": ["视频题，请看大屏", "A video question: watch the screen"],
  "audience.lost": ["连接中断，正在重连…", "Connection lost, trying again…"],
  "audience.old": ["现场信号中断，以下为最后的画面", "The stage is silent: this is the last picture"],
  "audience.after": ["晚 {lag} 毫秒", "{lag} ms later"],
};
